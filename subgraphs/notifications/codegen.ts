/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#NotificationsContext',
  mappers: {
    User: '{ id: string }',
    Notification: '../domain/notification.js#Notification as NotificationModel',
    Webhook: '../domain/webhook.js#Webhook as WebhookModel',
    WebhookDelivery: '../domain/webhook.js#WebhookDelivery as WebhookDeliveryModel',
    WebhookAttempt: '../domain/webhook.js#WebhookAttempt as WebhookAttemptModel',
    DeadLetter: '@cartograph/events#DeadLetter as DeadLetterModel',
  },
};
