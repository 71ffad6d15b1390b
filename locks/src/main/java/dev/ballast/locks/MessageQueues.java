package dev.ballast.locks;

/** Queues by the scheme of their URL. Each is in a class of its own, which needs its driver only when it is used. */
public final class MessageQueues {
  private MessageQueues() {}

  /**
   * The queue for a URL, which has to be there.
   *
   * @throws IllegalArgumentException if there is none for it, or the URL is wrong; says why without passwords
   * @throws EngineUnavailable if it can't be reached
   */
  public static MessageQueue connect(String url) {
    String scheme = LockEngines.scheme(url);
    return switch (scheme) {
      default ->
          throw new IllegalArgumentException(
              "no queue has the scheme '" + scheme + "': want postgresql or redis");
    };
  }
}
