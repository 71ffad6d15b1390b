package dev.ballast.locks;

import java.util.Locale;

/** Queues by URL. Each is in a class of its own, which needs its driver only when it is used. */
public final class MessageQueues {
  private MessageQueues() {}

  /**
   * The queue for a URL, by its scheme: {@code postgresql://…/DATABASE/TABLE} ({@link PostgresQueue}), {@code redis://} and
   * {@code rediss://} ({@link RedisQueue}).
   *
   * @throws IllegalArgumentException if there is none for it, or the URL is wrong; says why, without passwords
   * @throws EngineUnavailable if it has to be connected, and can't be
   */
  public static MessageQueue connect(String url) {
    int colon = url.indexOf(':');
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "postgres", "postgresql", "jdbc" -> PostgresQueue.connect(url);
      case "redis", "rediss" -> RedisQueue.connect(url);
      default ->
          throw new IllegalArgumentException(
              "no queue for messages: want a URL that begins with postgresql: or redis:");
    };
  }
}
