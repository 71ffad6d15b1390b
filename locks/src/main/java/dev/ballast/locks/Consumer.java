package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the messages of a queue that has no protection of its own, together with the other members of a {@link
 * ConsumerGroup}: messages of one key one at a time and in order, over all members; up to {@link
 * ConsumerSettings#concurrency} keys at once; each message at least once.
 *
 * <p>A partition is read only after the queue has let in its new token; from then on an older owner can neither acknowledge nor
 * reject. A message that fails comes again after a pause, in which its key waits, and in the end becomes a dead letter. What the queue
 * does not answer to is asked again as long as the partition is owned. When a partition is called back, what runs may
 * finish within {@link ConsumerSettings#stopWithin}, then is interrupted; when it is lost, at once.
 *
 * <p>Limits: reads up to {@value #BATCH} messages per call; remembers up to {@value Backlog#MAX_BLOCKED} that wait for their
 * key. One that has more waiting at its head holds up the others.
 *
 * <p>Safe for use by many threads.
 */
public final class Consumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);
  private static final int BATCH = 100;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Signal bell = new Signal();
  private final GroupSettings groupSettings;
  private final MessageQueue queue;
  private final ConsumerSettings settings;
  private final Ticker ticker;
  private final Settlement settlement;
  private final MessageHandler handler;

  // Guarded by lock.
  private final Map<Integer, Share> shares = new HashMap<>();
  private final Backlog backlog = new Backlog();
  private boolean isClosing;

  private final LongAdder givenUp = new LongAdder();
  private final QueueAnswers answers;
  private final ConsumerGroup group;
  private final Thread reader;

  private Consumer(
      Locks locks,
      GroupSettings groupSettings,
      MessageQueue queue,
      ConsumerSettings settings,
      MessageHandler handler) {
    if (settings.stopWithin().compareTo(groupSettings.handOver()) >= 0) {
      throw new IllegalArgumentException(
          "handlers may stop within %d ms, which must be less than the hand-over of %d ms"
              .formatted(settings.stopWithin().toMillis(), groupSettings.handOver().toMillis()));
    }
    this.groupSettings = groupSettings;
    this.queue = queue;
    this.settings = settings;
    this.handler = handler;
    this.ticker = locks.ticker();
    this.answers = new QueueAnswers(queue);
    this.settlement = new Settlement(queue, groupSettings.group(), settings, answers);
    this.group = locks.join(groupSettings, new Partitions());
    this.reader =
        Thread.ofVirtual().name("ballast-consumer-" + groupSettings.group()).start(this::read);
  }

  /**
   * Joins the group and begins to handle, until closed. The queue stays the caller's.
   *
   * @throws NotJoined as {@link Locks#join}
   * @throws EngineUnavailable likewise
   */
  public static Consumer start(
      Locks locks,
      GroupSettings group,
      MessageQueue queue,
      ConsumerSettings settings,
      MessageHandler handler) {
    return new Consumer(locks, group, queue, settings, handler);
  }

  public ConsumerGroup group() {
    return group;
  }

  /** How much waits in the queue, over all partitions. Asks the queue. */
  public MessageQueue.Lag lag() {
    return queue.lag();
  }

  public ConsumerCounters counters() {
    lock.lock();
    try {
      return new ConsumerCounters(
          settlement.handled.sum(),
          settlement.failed.sum(),
          settlement.dead.sum(),
          settlement.stale.sum(),
          givenUp.sum(),
          answers.failures(),
          backlog.running(),
          backlog.blocked());
    } finally {
      lock.unlock();
    }
  }

  private final class Partitions implements PartitionListener {
    @Override
    public void assigned(Ownership ownership) {
      var share = new Share(ownership);
      lock.lock();
      try {
        shares.put(ownership.partition().index(), share);
      } finally {
        lock.unlock();
      }
      fence(share);
      bell.ring();
    }

    @Override
    public void revoked(Ownership ownership) {
      var share = end(ownership);
      if (share == null) {
        return;
      }
      try {
        if (!awaitQuiet(share, settings.stopWithin().toNanos())) {
          interrupt(share);
          awaitQuiet(share, Long.MAX_VALUE);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void lost(Ownership ownership) {
      var share = end(ownership);
      if (share != null) {
        interrupt(share);
      }
    }
  }

  private @Nullable Share end(Ownership ownership) {
    lock.lock();
    try {
      var share = shares.get(ownership.partition().index());
      if (share == null || !share.ownership.equals(ownership)) {
        return null;
      }
      share.isEnding = true;
      return share;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitQuiet(Share share, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (!share.handlers.isEmpty() && left > 0) {
        left = quiet.awaitNanos(left);
      }
      boolean isQuiet = share.handlers.isEmpty();
      if (isQuiet) {
        shares.remove(share.ownership.partition().index(), share);
      }
      return isQuiet;
    } finally {
      lock.unlock();
    }
  }

  private void interrupt(Share share) {
    lock.lock();
    try {
      share.handlers.forEach(Thread::interrupt);
      if (share.handlers.isEmpty()) {
        shares.remove(share.ownership.partition().index(), share);
      }
    } finally {
      lock.unlock();
    }
  }

  private void fence(Share share) {
    try {
      boolean isFresh = queue.fence(share.fence(groupSettings.group()));
      answers.answered();
      lock.lock();
      try {
        share.isFenced = isFresh;
        share.isEnding |= !isFresh;
      } finally {
        lock.unlock();
      }
      if (!isFresh) {
        settlement.stale.increment();
        LOG.warn("{} has seen a newer owner than {}", queue.name(), share.ownership);
      }
    } catch (RuntimeException e) {
      answers.failed(e);
    }
  }

  private void read() {
    long first = Math.max(1, settings.poll().toNanos() / 50);
    long pause = first;
    try {
      while (!isClosing()) {
        fenceAgain();
        boolean isNews = readOnce();
        pause = isNews ? first : Math.min(2 * pause, settings.poll().toNanos());
        if (!isNews) {
          bell.await(untilRested(pause));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return isClosing;
    } finally {
      lock.unlock();
    }
  }

  private long untilRested(long most) {
    lock.lock();
    try {
      return Math.max(1, backlog.untilRested(ticker.nanos(), most));
    } finally {
      lock.unlock();
    }
  }

  private void fenceAgain() {
    List<Share> open;
    lock.lock();
    try {
      open =
          shares.values().stream()
              .filter(s -> !s.isFenced && !s.isEnding && s.ownership.isStillMine())
              .toList();
    } finally {
      lock.unlock();
    }
    open.forEach(this::fence);
  }

  /** Asks the queue once; whether it had anything that was not seen before. */
  private boolean readOnce() {
    Set<Integer> partitions;
    Set<String> skip;
    int free;
    lock.lock();
    try {
      partitions =
          Set.copyOf(
              shares.values().stream()
                  .filter(Consumer::isReadable)
                  .map(share -> share.ownership.partition().index())
                  .toList());
      skip = backlog.skip(ticker.nanos());
      free = settings.concurrency() - backlog.running();
    } finally {
      lock.unlock();
    }
    if (partitions.isEmpty() || free <= 0) {
      return false;
    }
    try {
      var messages = queue.peek(partitions, groupSettings.partitions().size(), skip, BATCH);
      answers.answered();
      return begin(messages);
    } catch (RuntimeException e) {
      answers.failed(e);
      return false;
    }
  }

  private static boolean isReadable(Share share) {
    return share.isFenced && !share.isEnding && share.ownership.isStillMine();
  }

  private boolean begin(List<Message> messages) {
    boolean isNews = false;
    var begun = new ArrayList<Thread>();
    lock.lock();
    try {
      for (var message : messages) {
        var share = shares.get(partition(message));
        if (share == null || !isReadable(share) || isClosing) {
          continue;
        }
        if (backlog.running() >= settings.concurrency()) {
          break;
        }
        switch (backlog.see(message)) {
          case RUN -> {
            var thread =
                Thread.ofVirtual().name("ballast-handler").unstarted(() -> run(message, share));
            share.handlers.add(thread);
            begun.add(thread);
            isNews = true;
          }
          case BLOCKED -> isNews = true;
          case IGNORED -> {}
        }
      }
    } finally {
      lock.unlock();
    }
    begun.forEach(Thread::start);
    return isNews;
  }

  private int partition(Message message) {
    String by = message.key().isEmpty() ? message.id() : message.key();
    return Message.partition(by, groupSettings.partitions().size());
  }

  private void run(Message message, Share share) {
    long next = ticker.nanos();
    try {
      var pause = settlement.handle(handler, message, share);
      next = ticker.nanos() + pause.toNanos();
    } catch (InterruptedException _) {
      givenUp.increment();
      LOG.debug("Gave up message {} with its partition", message.id());
    } finally {
      lock.lock();
      try {
        backlog.finished(message, next);
        share.handlers.remove(Thread.currentThread());
        if (share.handlers.isEmpty() && share.isEnding) {
          shares.remove(share.ownership.partition().index(), share);
        }
        quiet.signalAll();
      } finally {
        lock.unlock();
      }
      bell.ring();
    }
  }

  /**
   * Begins no more messages, gives what runs the time to finish, and leaves the group. Returns when nothing runs any more; at the
   * latest after the hand-over time, and what the calls of engine and queue may take.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosing = true;
    } finally {
      lock.unlock();
    }
    bell.ring();
    group.close();
    try {
      if (!reader.join(Duration.ofMinutes(1))) {
        LOG.warn("The reader of {} still waits for an answer", queue.name());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
