-- KEYS: resend. ARGV: '', '', epoch ms.
askForResend(KEYS[1], tonumber(ARGV[3]), '')
