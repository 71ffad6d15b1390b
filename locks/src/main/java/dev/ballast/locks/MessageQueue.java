package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A queue without any protection of its own against several consumers: a table, a list. Whoever owns a partition through a
 * consumer group reads it here, and what it does to messages is checked against the newest fencing token of that
 * partition, which the queue keeps beside its messages: one check and one change, atomic.
 *
 * <p>Safe for use by many threads. Calls throw {@link EngineUnavailable} where the queue gave no answer.
 */
public interface MessageQueue extends AutoCloseable {
  /**
   * Proof of ownership of a partition.
   *
   * @param group whose partitions these are
   * @param partition from 0
   * @param token the fencing token of the owner
   */
  record Fence(String group, int partition, long token) {}

  /** What became of a message that could not be handled. */
  enum Rejection {
    /** Stays, with one failure more. */
    KEPT,
    /** Was moved to the dead letters. */
    DEAD,
    /** The fence is stale: nothing was changed. */
    STALE
  }

  /**
   * How much waits.
   *
   * @param messages in the queue
   * @param oldest age of the oldest; zero where the queue is empty or does not know
   */
  record Lag(long messages, Duration oldest) {}

  /** What queue this is, for people, without passwords. */
  String name();

  /**
   * Lets in the new owner of a partition: from now on older tokens are stale.
   *
   * @return false if this token itself is stale
   */
  boolean fence(Fence fence);

  /**
   * The oldest messages of some partitions, without taking them.
   *
   * @param partitions the wanted ones of {@code count}, by {@link Message#partition} of the key, or of the id where there is no key
   * @param skip ids of messages that are not wanted, because they are being handled
   * @param limit at most so many
   */
  List<Message> peek(Set<Integer> partitions, int count, Set<String> skip, int limit);

  /**
   * Removes a message that was handled.
   *
   * @return false if the fence is stale, and then nothing was changed; true too if the message is gone already
   */
  boolean acknowledge(Message message, Fence fence);

  /**
   * Notes that a message, as it was peeked, could not be handled once more. May be repeated: the same failure counts once.
   *
   * @param maxFailures with so many failures it becomes a dead letter; at least 1
   */
  Rejection reject(Message message, Fence fence, int maxFailures, String why);

  Lag lag();

  @Override
  void close();
}
