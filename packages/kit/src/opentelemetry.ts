/** The tracing API, by way of the kit: spans are seen only where all use the one copy of it that the kit sets up. */
export * from '@opentelemetry/api';
