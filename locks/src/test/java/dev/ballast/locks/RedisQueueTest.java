package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists and streams of a real Redis as queues. */
class RedisQueueTest {
  private static final MessageQueue.Fence FIRST = new MessageQueue.Fence("g", 0, 5);
  private static final MessageQueue.Fence SECOND = new MessageQueue.Fence("g", 0, 6);

  private static RedisServer server;
  private RedisQueue queue;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start(List.of());
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void clear() {
    server.cli("FLUSHALL");
    open("list=jobs");
  }

  @AfterEach
  void closeQueue() {
    queue.close();
  }

  private void open(String parameters) {
    queue = RedisQueue.connect(server.url() + "/0?" + parameters);
  }

  private List<Message> peek() {
    return queue.peek(Set.of(0), 1, Set.of(), 10);
  }

  private static String body(Message message) {
    return new String(message.body(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldReadAListFromTheEndThatProducersDoNotPushTo() {
    server.cli("LPUSH", "jobs", "a", "b", "c");
    assertThat(peek()).extracting(RedisQueueTest::body).containsExactly("a", "b", "c");
    queue.close();
    open("list=other&head=left");
    server.cli("RPUSH", "other", "a", "b", "c");
    assertThat(peek()).extracting(RedisQueueTest::body).containsExactly("a", "b", "c");
    assertThat(queue.peek(Set.of(0), 1, Set.of(peek().getFirst().id()), 1))
        .extracting(RedisQueueTest::body)
        .containsExactly("b");
  }

  @Test
  void shouldRemoveWhatIsAcknowledgedAndNothingTwice() {
    server.cli("LPUSH", "jobs", "same", "other", "same", "same");
    var all = peek();
    assertThat(all).extracting(Message::id).doesNotHaveDuplicates();
    assertThat(all.get(0).key()).isEqualTo(all.get(2).key()).isNotEqualTo(all.get(1).key());
    assertThat(queue.acknowledge(all.get(0), FIRST)).isTrue();
    assertThat(queue.acknowledge(all.get(0), FIRST)).isTrue();
    assertThat(peek())
        .extracting(Message::id)
        .containsExactly(all.get(1).id(), all.get(2).id(), all.get(3).id());
    assertThat(queue.acknowledge(all.get(2), FIRST)).isTrue();
    assertThat(queue.acknowledge(all.get(3), FIRST)).isTrue();
    server.cli("LPUSH", "jobs", "same");
    assertThat(queue.acknowledge(all.get(3), FIRST)).isTrue();
    assertThat(peek()).extracting(RedisQueueTest::body).containsExactly("other", "same");
  }

  @Test
  void shouldRefuseWhoIsFencedOff() {
    server.cli("LPUSH", "jobs", "a");
    var message = peek().getFirst();
    assertThat(queue.fence(FIRST)).isTrue();
    assertThat(queue.fence(SECOND)).isTrue();
    assertThat(queue.fence(FIRST)).isFalse();
    assertThat(queue.acknowledge(message, FIRST)).isFalse();
    assertThat(queue.reject(message, FIRST, 1, "no")).isEqualTo(MessageQueue.Rejection.STALE);
    assertThat(peek()).hasSize(1);
    assertThat(queue.acknowledge(message, new MessageQueue.Fence("g", 1, 1))).isTrue();
    assertThat(peek()).isEmpty();
  }

  @Test
  void shouldCountFailuresOfOneAmongEqualMessagesAndBuryIt() {
    server.cli("LPUSH", "jobs", "same", "same");
    assertThat(queue.reject(peek().getFirst(), FIRST, 2, "broken"))
        .isEqualTo(MessageQueue.Rejection.KEPT);
    assertThat(peek()).extracting(Message::failures).containsExactly(1, 0);
    assertThat(queue.reject(peek().getFirst(), FIRST, 2, "broken"))
        .isEqualTo(MessageQueue.Rejection.DEAD);
    assertThat(peek()).extracting(Message::failures).containsExactly(0);
    assertThat(server.cli("LRANGE", "jobs:dead", "0", "-1").strip()).isEqualTo("same");
    assertThat(server.cli("HVALS", "jobs:dead:why").strip()).isEqualTo("broken");
  }

  @Test
  void shouldCountAFailureOnceThatIsSaidAgainForWantOfAnAnswer() {
    server.cli("LPUSH", "jobs", "a");
    var message = peek().getFirst();
    for (int i = 0; i < 2; i++) {
      assertThat(queue.reject(message, FIRST, 2, "broken")).isEqualTo(MessageQueue.Rejection.KEPT);
    }
    var again = peek().getFirst();
    assertThat(again.failures()).isEqualTo(1);
    for (int i = 0; i < 2; i++) {
      assertThat(queue.reject(again, FIRST, 2, "broken")).isEqualTo(MessageQueue.Rejection.DEAD);
    }
    assertThat(server.cli("KEYS", "jobs:failures:*")).isBlank();
    assertThat(server.cli("LLEN", "jobs:dead").strip()).isEqualTo("1");
  }

  @Test
  void shouldTakeTheKeyFromAFieldOfJson() {
    queue.close();
    open("list=jobs&key=user");
    server.cli(
        "LPUSH", "jobs", "{\"user\":\"ann\",\"n\":1}", "{\"n\":2}", "no json", "{\"user\":7}");
    assertThat(peek()).extracting(Message::key).startsWith("ann").endsWith("7").doesNotContain("");
    int ann = Message.partition("ann", 4);
    assertThat(queue.peek(Set.of(ann), 4, Set.of(), 10))
        .isNotEmpty()
        .allMatch(message -> Message.partition(message.key(), 4) == ann);
  }

  @Test
  void shouldFindAPartitionsMessageBehindManyOthers() {
    int mine = Message.partition("mine", 7);
    queue.close();
    open("list=jobs&key=k");
    for (int i = 0, pushed = 0; pushed < 300; i++) {
      if (Message.partition("k" + i, 7) != mine) {
        server.cli("LPUSH", "jobs", "{\"k\":\"k" + i + "\"}");
        pushed++;
      }
    }
    server.cli("LPUSH", "jobs", "{\"k\":\"mine\"}");
    assertThat(queue.peek(Set.of(mine), 7, Set.of(), 5))
        .extracting(Message::key)
        .containsExactly("mine");
    assertThat(queue.lag().messages()).isEqualTo(301);
  }

  @Test
  void shouldHandleAStream() {
    queue.close();
    open("stream=events");
    server.cli("XADD", "events", "*", "key", "k1", "body", "b1");
    server.cli("XADD", "events", "*", "body", "b2");
    server.cli("XADD", "events", "*", "key", "k3", "other", "x");
    var all = peek();
    assertThat(all).extracting(Message::key).containsExactly("k1", "", "k3");
    assertThat(all).extracting(RedisQueueTest::body).containsExactly("b1", "b2", "");
    assertThat(queue.lag())
        .satisfies(lag -> assertThat(lag.messages()).isEqualTo(3))
        .satisfies(lag -> assertThat(lag.oldest()).isBetween(Duration.ZERO, Duration.ofMinutes(1)));
    assertThat(queue.acknowledge(all.get(1), FIRST)).isTrue();
    assertThat(queue.reject(all.get(0), FIRST, 2, "no")).isEqualTo(MessageQueue.Rejection.KEPT);
    assertThat(peek()).extracting(Message::failures).containsExactly(1, 0);
    assertThat(queue.fence(SECOND)).isTrue();
    assertThat(queue.acknowledge(all.get(2), FIRST)).isFalse();
    assertThat(queue.reject(peek().getFirst(), SECOND, 2, "no"))
        .isEqualTo(MessageQueue.Rejection.DEAD);
    assertThat(server.cli("XRANGE", "events:dead", "-", "+"))
        .contains("k1", "b1", "dead-why", all.get(0).id());
    assertThat(peek()).extracting(Message::key).containsExactly("k3");
  }

  @Test
  void shouldRefuseUrlsThatNameNoQueueOrTwo() {
    for (var parameters : List.of("", "?list=a&stream=b", "?list=", "?list=a&head=top", "?lst=a")) {
      assertThatThrownBy(() -> RedisQueue.connect("redis://127.0.0.1/0" + parameters))
          .as(parameters)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(queue.name()).contains("list 'jobs'").contains("127.0.0.1:" + server.port());
  }
}
