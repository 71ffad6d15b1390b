package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsumerTest {
  private static final Duration TTL = Duration.ofMillis(600);
  private static final Random RANDOM = new Random(3);
  private static final ConsumerSettings SETTINGS =
      ConsumerSettings.defaults()
          .withBackOff(Duration.ofMillis(20))
          .withPoll(Duration.ofMillis(50))
          .withStopWithin(Duration.ofMillis(300));

  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);
  private final MemoryQueue queue = new MemoryQueue(System::nanoTime);
  private final List<Consumer> consumers = new ArrayList<>();
  private final List<Locks> clients = new ArrayList<>();
  private final List<String> handled = new CopyOnWriteArrayList<>();

  @AfterEach
  void closeAll() {
    consumers.forEach(Consumer::close);
    clients.forEach(Locks::close);
  }

  private Locks client(TestEngine engine) {
    var settings = LocksSettings.of("test", System::nanoTime, RANDOM).withTtl(TTL);
    var locks = new Locks(engine, settings);
    clients.add(locks);
    return locks;
  }

  private Consumer start(String member, ConsumerSettings settings, MessageHandler handler) {
    return start(client(new TestEngine(shared)), member, settings, handler);
  }

  private Consumer start(
      Locks locks, String member, ConsumerSettings settings, MessageHandler handler) {
    var group = GroupSettings.of("g", member, 8).withHandOver(Duration.ofMillis(600));
    var consumer = Consumer.start(locks, group, queue, settings, handler);
    consumers.add(consumer);
    return consumer;
  }

  private void add(String key, String body) {
    queue.add(key, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Message message) {
    return new String(message.body(), StandardCharsets.UTF_8);
  }

  private void awaitEmpty() {
    await().atMost(Duration.ofSeconds(20)).until(() -> queue.lag().messages() == 0);
  }

  @Test
  void shouldHandleMessagesOfAKeyInOrderOneAtATimeAndKeysAtOnce() {
    for (int i = 0; i < 300; i++) {
      add("k" + i % 10, Integer.toString(i));
    }
    Map<String, AtomicInteger> busy = new ConcurrentHashMap<>();
    Map<String, Integer> last = new ConcurrentHashMap<>();
    var wrong = new AtomicInteger();
    var most = new AtomicInteger();
    var running = new AtomicInteger();
    MessageHandler handler =
        (message, ownership) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          var mine = busy.computeIfAbsent(message.key(), _ -> new AtomicInteger());
          int number = Integer.parseInt(text(message));
          if (mine.incrementAndGet() > 1
              || !ownership.isStillMine()
              || last.getOrDefault(message.key(), -1) >= number) {
            wrong.incrementAndGet();
          }
          new Signal().await(1_000_000);
          last.put(message.key(), number);
          mine.decrementAndGet();
          running.decrementAndGet();
        };
    var a = start("a", SETTINGS.withConcurrency(4), handler);
    var b = start("b", SETTINGS.withConcurrency(4), handler);
    awaitEmpty();
    assertThat(wrong).hasValue(0);
    assertThat(most.get()).isBetween(2, 8);
    await().until(() -> a.counters().handled() + b.counters().handled() == 300);
    assertThat(a.lag().messages()).isZero();
  }

  @Test
  void shouldHandleMessagesWithoutAKeyAtOnce() {
    for (int i = 0; i < 8; i++) {
      add("", "m" + i);
    }
    var all = new CountDownLatch(8);
    start(
        "a",
        SETTINGS,
        (message, _) -> {
          all.countDown();
          all.await();
          handled.add(text(message));
        });
    awaitEmpty();
    assertThat(handled).hasSize(8);
  }

  @Test
  void shouldNotLetABusyKeyHideTheOthers() {
    for (int i = 0; i < 500; i++) {
      add("busy", "b" + i);
    }
    add("other", "o");
    var release = new CountDownLatch(1);
    start(
        "a",
        SETTINGS,
        (message, _) -> {
          if (message.key().equals("busy")) {
            release.await();
          }
          handled.add(text(message));
        });
    await().until(() -> handled.contains("o"));
    release.countDown();
    awaitEmpty();
    assertThat(handled).hasSize(501);
    assertThat(handled.stream().filter(text -> text.startsWith("b")).toList())
        .isEqualTo(java.util.stream.IntStream.range(0, 500).mapToObj(i -> "b" + i).toList());
  }

  @Test
  void shouldTryAgainInOrderAndSetAsideWhatFailsTooOften() {
    add("k", "once");
    add("k", "never");
    add("k", "well");
    var consumer =
        start(
            "a",
            SETTINGS.withMaxFailures(3),
            (message, _) -> {
              handled.add(text(message) + message.failures());
              if (text(message).equals("never")
                  || (text(message).equals("once") && message.failures() == 0)) {
                throw new IllegalArgumentException("from the test");
              }
            });
    awaitEmpty();
    assertThat(handled).containsExactly("once0", "once1", "never0", "never1", "never2", "well0");
    assertThat(queue.dead()).extracting(ConsumerTest::text).containsExactly("never");
    await().until(() -> consumer.counters().handled() == 2);
    assertThat(consumer.counters().failed()).isEqualTo(4);
    assertThat(consumer.counters().dead()).isEqualTo(1);
  }

  @Test
  void shouldFinishWhatRunsWhenClosed() throws Exception {
    add("k", "first");
    add("k", "second");
    var begun = new CountDownLatch(1);
    var consumer =
        start(
            "a",
            SETTINGS,
            (message, _) -> {
              begun.countDown();
              new Signal().await(Duration.ofMillis(100).toNanos());
              handled.add(text(message));
            });
    begun.await();
    consumer.close();
    assertThat(handled).containsExactly("first");
    assertThat(queue.lag().messages()).isEqualTo(1);
    assertThat(shared.list("")).isEmpty();
  }

  @Test
  void shouldInterruptWhatDoesNotFinishInTime() throws Exception {
    add("k", "slow");
    var begun = new CountDownLatch(1);
    var isInterrupted = new AtomicBoolean();
    var consumer =
        start(
            "a",
            SETTINGS,
            (_, _) -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                isInterrupted.set(true);
              }
            });
    begun.await();
    consumer.close();
    assertThat(isInterrupted).isTrue();
    assertThat(consumer.counters().givenUp()).isEqualTo(1);
    assertThat(queue.lag().messages()).isEqualTo(1);
    assertThat(queue.peek(java.util.Set.of(0, 1, 2, 3, 4, 5, 6, 7), 8, java.util.Set.of(), 10))
        .extracting(Message::failures)
        .containsExactly(0);
  }

  @Test
  void shouldRefuseTheOutcomeOfAnOwnerThatWasReplaced() throws Exception {
    add("k", "m");
    var cut = new TestEngine(shared);
    var begun = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var old =
        start(
            client(cut),
            "a",
            SETTINGS,
            (_, _) -> {
              begun.countDown();
              awaitUninterrupted(release);
            });
    begun.await();
    cut.down(true);
    start("b", SETTINGS, (message, ownership) -> handled.add(text(message) + ownership.token()));
    await().atMost(Duration.ofSeconds(5)).until(() -> !handled.isEmpty());
    add("k", "next");
    release.countDown();
    await().until(() -> old.counters().stale() + old.counters().givenUp() == 1);
    assertThat(old.counters().handled()).isZero();
    awaitEmpty();
    assertThat(handled).hasSize(2);
    cut.down(false);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException _) {
        // A handler that does not listen.
      }
    }
  }

  @Test
  void shouldRefuseHandlersThatMayStopLaterThanTheHandOver() {
    assertThatThrownBy(
            () -> start("a", SETTINGS.withStopWithin(Duration.ofSeconds(5)), (_, _) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("less than the hand-over of 600 ms");
  }
}
