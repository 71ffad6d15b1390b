package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.locks.MessageQueue.Fence;
import dev.ballast.locks.MessageQueue.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresQueueTest {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();
  private static final Fence FIRST = new Fence("g", 0, 1);
  private static final Fence SECOND = new Fence("g", 0, 2);

  private final List<PostgresQueue> queues = new ArrayList<>();
  private String url;

  @BeforeEach
  void createDatabase() {
    url = POSTGRES.newDatabase();
  }

  @AfterEach
  void closeQueues() {
    queues.forEach(PostgresQueue::close);
  }

  private PostgresQueue connect(String parameters) {
    var queue = PostgresQueue.connect(url + "&" + parameters);
    queues.add(queue);
    return queue;
  }

  private PostgresQueue jobs() {
    RealPostgres.execute(
        url,
        "CREATE TABLE jobs (id bigint PRIMARY KEY, key text, body text, created_at timestamptz DEFAULT now());"
            + " INSERT INTO jobs SELECT n, 'k' || n % 5, 'body ' || n FROM generate_series(1, 20) n");
    return connect("table=jobs");
  }

  private static List<Message> all(MessageQueue queue) {
    return queue.peek(Set.of(0), 1, Set.of(), 100);
  }

  @Test
  void shouldShowMessagesInTheOrderOfTheirIds() {
    var messages = all(jobs());
    assertThat(messages)
        .extracting(Message::id)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 20).mapToObj(Integer::toString).toList());
    assertThat(messages.get(11).key()).isEqualTo("k2");
    assertThat(new String(messages.get(11).body(), StandardCharsets.UTF_8)).isEqualTo("body 12");
  }

  @Test
  void shouldShareOutPartitionsAsTheMessagesDo() {
    var queue = jobs();
    var expected =
        all(queue).stream()
            .collect(
                Collectors.groupingBy(
                    message -> Message.partition(message.key(), 7),
                    Collectors.mapping(Message::id, Collectors.toList())));
    for (int partition = 0; partition < 7; partition++) {
      assertThat(queue.peek(Set.of(partition), 7, Set.of(), 100))
          .extracting(Message::id)
          .isEqualTo(expected.getOrDefault(partition, List.of()));
    }
    assertThat(queue.peek(Set.of(), 7, Set.of(), 100)).isEmpty();
  }

  @Test
  void shouldSkipAndLimit() {
    assertThat(jobs().peek(Set.of(0), 1, Set.of("1", "3"), 3))
        .extracting(Message::id)
        .containsExactly("2", "4", "5");
  }

  @Test
  void shouldRemoveWhatIsAcknowledgedOnce() {
    var queue = jobs();
    var message = all(queue).getFirst();
    assertThat(queue.acknowledge(message, FIRST)).isTrue();
    assertThat(queue.acknowledge(message, FIRST)).isTrue();
    assertThat(queue.lag().messages()).isEqualTo(19);
  }

  @Test
  void shouldRefuseAnOwnerOfThePast() {
    var queue = jobs();
    var message = all(queue).getFirst();
    assertThat(queue.fence(FIRST)).isTrue();
    assertThat(queue.fence(SECOND)).isTrue();
    assertThat(queue.fence(FIRST)).isFalse();
    assertThat(queue.acknowledge(message, FIRST)).isFalse();
    assertThat(queue.reject(message, FIRST, 1, "no")).isEqualTo(Rejection.STALE);
    assertThat(all(queue)).hasSize(20);
    assertThat(queue.acknowledge(message, new Fence("g", 1, 1))).isTrue();
    assertThat(queue.acknowledge(message, new Fence("other", 0, 1))).isTrue();
  }

  @Test
  void shouldMoveAMessageToTheDeadLettersAfterSoManyFailures() {
    var queue = jobs();
    assertThat(queue.reject(all(queue).getFirst(), FIRST, 3, "broken")).isEqualTo(Rejection.KEPT);
    assertThat(queue.reject(all(queue).getFirst(), FIRST, 3, "broken")).isEqualTo(Rejection.KEPT);
    var message = all(queue).getFirst();
    assertThat(message.failures()).isEqualTo(2);
    assertThat(queue.reject(message, FIRST, 3, "broken\0")).isEqualTo(Rejection.DEAD);
    assertThat(all(queue)).extracting(Message::id).doesNotContain("1");
    assertThat(
            RealPostgres.query(
                url,
                "SELECT concat_ws('|', queue, id, message->>'body', why, failures, consumers, died_at <= now())"
                    + " FROM ballast_locks.dead_letters"))
        .isEqualTo("public.jobs|1|body 1|broken |3|g|t");
    assertThat(RealPostgres.query(url, "SELECT count(*) FROM ballast_locks.queue_failures"))
        .isEqualTo("0");
    assertThat(queue.reject(message, FIRST, 3, "broken")).isEqualTo(Rejection.DEAD);
  }

  @Test
  void shouldCountAFailureOnceThatIsSaidAgainForWantOfAnAnswer() {
    var queue = jobs();
    var message = all(queue).getFirst();
    assertThat(queue.reject(message, FIRST, 2, "broken")).isEqualTo(Rejection.KEPT);
    assertThat(queue.reject(message, FIRST, 2, "broken")).isEqualTo(Rejection.KEPT);
    assertThat(all(queue).getFirst().failures()).isEqualTo(1);
  }

  @Test
  void shouldTellHowMuchWaitsAndForHowLong() {
    var queue = jobs();
    RealPostgres.execute(
        url, "UPDATE jobs SET created_at = now() - interval '1 hour' WHERE id = 1");
    assertThat(queue.lag().messages()).isEqualTo(20);
    assertThat(queue.lag().oldest()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(62));
    RealPostgres.execute(url, "DELETE FROM jobs");
    assertThat(queue.lag()).isEqualTo(new MessageQueue.Lag(0, Duration.ZERO));
  }

  @Test
  void shouldTakeIdentifiersAsTheyAre() {
    RealPostgres.execute(
        url,
        """
        CREATE SCHEMA "S; x";
        CREATE TABLE "S; x"."a""b'; DROP TABLE jobs; --" ("the Id" uuid PRIMARY KEY, "k%s" integer, "b$1" bytea);
        INSERT INTO "S; x"."a""b'; DROP TABLE jobs; --"
          VALUES ('00000000-0000-0000-0000-000000000001', 7, '\\x00ff'),
                 ('00000000-0000-0000-0000-000000000002', NULL, NULL)
        """);
    var queue =
        connect(
            "schema=S%3B%20x&table=a%22b%27%3B%20DROP%20TABLE%20jobs%3B%20--&id=the%20Id&key=k%25s&body=b$1");
    var messages = all(queue);
    assertThat(messages).extracting(Message::key).containsExactly("7", "");
    assertThat(messages.getFirst().body()).containsExactly(0, 0xff);
    assertThat(messages.get(1).body()).isEmpty();
    int partition = Message.partition("00000000-0000-0000-0000-000000000002", 5);
    assertThat(queue.peek(Set.of(partition), 5, Set.of("00000000-0000-0000-0000-000000000001"), 9))
        .hasSize(1);
    assertThat(queue.reject(messages.getFirst(), FIRST, 1, "why")).isEqualTo(Rejection.DEAD);
    assertThat(queue.acknowledge(messages.get(1), FIRST)).isTrue();
    assertThat(queue.lag().messages()).isZero();
  }

  @Test
  void shouldTakeATableNamedInThePathAndWithoutKeys() {
    RealPostgres.execute(
        url,
        "CREATE TABLE plain (id text PRIMARY KEY, body jsonb); INSERT INTO plain VALUES ('ä', '{}')");
    var queue = PostgresQueue.connect(url.replace("?", "/plain?"));
    queues.add(queue);
    assertThat(queue.peek(Set.of(Message.partition("ä", 9)), 9, Set.of(), 1))
        .extracting(Message::id, Message::key)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("ä", ""));
    assertThat(queue.name()).contains("\"plain\"").doesNotContain("password");
  }

  @Test
  void shouldSayWhatATableLacks() {
    RealPostgres.execute(url, "CREATE TABLE t (id int, other text)");
    assertThatThrownBy(() -> connect("table=nowhere")).hasMessageContaining("no such table");
    assertThatThrownBy(() -> connect("table=t")).hasMessageContaining("body=COLUMN");
    assertThatThrownBy(() -> connect("table=t&id=no")).hasMessageContaining("id=COLUMN");
    assertThatThrownBy(() -> connect("table=t&body=other&key=no")).hasMessageContaining("the key");
    assertThatThrownBy(() -> connect("x=y")).hasMessageContaining("names no table");
    assertThatThrownBy(() -> connect("table=" + "x".repeat(64))).hasMessageContaining("63 bytes");
  }

  @Test
  void shouldLetOnlyTheNewestOfTwoRacingOwnersAcknowledge() throws Exception {
    var first = jobs();
    RealPostgres.execute(
        url,
        """
        INSERT INTO jobs SELECT n, 'k', 'b' FROM generate_series(21, 400) n;
        CREATE TABLE removed (number bigint GENERATED ALWAYS AS IDENTITY, id bigint, by_newest boolean);
        CREATE FUNCTION note_removed() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            INSERT INTO removed (id, by_newest) VALUES (old.id, current_user = 'postgres');
            RETURN old;
          END $$;
        CREATE TRIGGER note_removed BEFORE DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION note_removed()
        """);
    var second = PostgresQueue.connect(RealPostgres.superuser(url) + "&table=jobs");
    queues.add(second);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var races = new ArrayList<Future<?>>();
      races.add(threads.submit(() -> drain(first, FIRST)));
      races.add(threads.submit(() -> drain(second, SECOND)));
      for (var race : races) {
        race.get();
      }
    }
    assertThat(all(second)).isEmpty();
    // Whoever removes holds the partition's fence, so the numbers are in the order of the commits.
    assertThat(
            RealPostgres.query(
                url,
                """
                SELECT format('%s removals of %s messages, %s by the older owner after the newest',
                         count(*), count(DISTINCT id), count(*) FILTER (WHERE NOT by_newest
                           AND number > (SELECT min(number) FROM removed WHERE by_newest)))
                  FROM removed
                """))
        .isEqualTo("400 removals of 400 messages, 0 by the older owner after the newest");
    assertThat(RealPostgres.query(url, "SELECT count(*) > 0 FROM removed WHERE by_newest"))
        .isEqualTo("t");
  }

  /** Acknowledges in order until the queue is empty or the owner is one of the past. */
  private static void drain(PostgresQueue queue, Fence fence) {
    boolean isOwner = true;
    for (var messages = all(queue); isOwner && !messages.isEmpty(); messages = all(queue)) {
      isOwner = queue.acknowledge(messages.getFirst(), fence);
    }
  }
}
