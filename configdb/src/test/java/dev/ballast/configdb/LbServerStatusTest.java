package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Snapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The status of an LB server is that of one instance, and goes with it. */
final class LbServerStatusTest {
  private static final ItemKey STATUS = new ItemKey(Kind.LB_SERVER_STATUS, "lb-1");

  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();

  private static LbServer server(String instance, String address) {
    return new LbServer(
        "lb-1", "default", instance, address, "http://" + address + ":7071", "1", Instant.EPOCH);
  }

  private static LbServerStatus status(String instance, LbServerState state) {
    return new LbServerStatus("lb-1", instance, state, "because", 2.5, Instant.EPOCH);
  }

  private Applied register(String instance) {
    return postgres.store().register(server(instance, "10.0.0.1"));
  }

  private Applied observe(LbServerStatus status) {
    return postgres.store().observeUnfenced(List.of(status), "test");
  }

  private Snapshot list() throws SQLException {
    try (var follower = SqlFollower.connect(postgres.settings())) {
      return follower.list();
    }
  }

  @Test
  void shouldReadItBack() throws SQLException {
    register("a1");
    observe(status("a1", LbServerState.NOT_READY));

    assertThat(list().statusOf(server("a1", "10.0.0.1")))
        .contains(status("a1", LbServerState.NOT_READY));
  }

  @Test
  void shouldSkipThatOfAnotherInstanceOrOfNobody() throws SQLException {
    assertThat(observe(status("a1", LbServerState.READY)).isChanged()).isFalse();
    register("a1");
    assertThat(observe(status("b2", LbServerState.READY)).isChanged()).isFalse();
    assertThat(list().find(STATUS)).isEmpty();
  }

  @Test
  void shouldGoWhenAnotherInstanceTakesTheName() throws SQLException {
    register("a1");
    observe(status("a1", LbServerState.DEAD));

    Applied taken = register("b2");

    assertThat(taken.plan().deletes()).containsExactly(STATUS);
    assertThat(list().find(STATUS)).isEmpty();
    assertThat(tombstone()).isEqualTo(Long.toString(taken.revision().n()));
  }

  @Test
  void shouldStayWhenTheSameInstanceSaysSomethingNewOfItself() throws SQLException {
    register("a1");
    observe(status("a1", LbServerState.READY));

    assertThat(postgres.store().register(server("a1", "10.0.0.2")).isChanged()).isTrue();
    assertThat(list().find(STATUS)).isPresent();
  }

  @Test
  void shouldGoWithItsLbServer() throws SQLException {
    register("a1");
    observe(status("a1", LbServerState.READY));

    Applied gone = postgres.store().unregister("lb-1", "a1");

    assertThat(list().find(STATUS)).isEmpty();
    assertThat(tombstone()).isEqualTo(Long.toString(gone.revision().n()));
  }

  private String tombstone() {
    return postgres.query("SELECT revision FROM ballast.tombstone WHERE kind = 'LbServerStatus'");
  }

  @ParameterizedTest
  @EnumSource
  void shouldTravelInTheChangeFeed(FeedMode mode) {
    var recorder = new FeedRecorder();
    try (var _ = ChangeFeed.start(postgres.database(), mode, recorder)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  recorder.statuses().stream()
                      .anyMatch(
                          status ->
                              status.mode()
                                  == (mode == FeedMode.POLL
                                      ? FeedStatus.Mode.POLL
                                      : FeedStatus.Mode.WAL)));
      register("a1");
      Change first = changeOf(recorder, observe(status("a1", LbServerState.STALE)));
      Change second = changeOf(recorder, observe(status("a1", LbServerState.DEAD)));
      Change taken = changeOf(recorder, register("b2"));

      assertThat(first.upserts())
          .extracting(Item::resource)
          .contains(status("a1", LbServerState.STALE));
      assertThat(second.upserts())
          .extracting(Item::resource)
          .containsExactly(status("a1", LbServerState.DEAD));
      assertThat(taken.deletes()).containsExactly(STATUS);

      observe(status("b2", LbServerState.READY));
      Change gone =
          changeOf(
              recorder,
              postgres.store().delete(server("b2", "10.0.0.1").key(), Optional.empty(), "test"));
      assertThat(gone.deletes()).contains(STATUS, new ItemKey(Kind.LB_SERVER, "lb-1"));
    }
  }

  private static Change changeOf(FeedRecorder recorder, Applied applied) {
    await().atMost(Duration.ofSeconds(30)).until(() -> recorder.n() == applied.revision().n());
    return recorder.changes().getLast();
  }
}
