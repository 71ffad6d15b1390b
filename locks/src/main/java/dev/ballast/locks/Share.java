package dev.ballast.locks;

import java.util.HashSet;
import java.util.Set;

/** A partition that a {@link Consumer} reads. Guarded by the consumer's lock, but for what is final or volatile. */
final class Share {
  final Ownership ownership;
  final Set<Thread> handlers = new HashSet<>();
  boolean isFenced;

  /** Whether no more of it is to be begun. */
  volatile boolean isEnding;

  Share(Ownership ownership) {
    this.ownership = ownership;
  }

  MessageQueue.Fence fence(String group) {
    return new MessageQueue.Fence(group, ownership.partition().index(), ownership.token());
  }
}
