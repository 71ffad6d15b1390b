package dev.ballast.locks;

/** What a program does with a message. Called on a virtual thread, for one message of a key at a time. */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Handles a message, which is acknowledged once this returns. It may come again all the same: after a crash, and where ownership
   * was lost meanwhile.
   *
   * @param ownership of the message's partition: its token is to be checked where the work takes effect; interrupted when it is lost
   * @throws Exception if the message could not be handled: it comes again after a pause, up to {@link
   *     ConsumerSettings#maxFailures} times
   */
  void handle(Message message, Ownership ownership) throws Exception;
}
