package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Documents;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The path to the database breaks at the worst moments. */
final class BrokenCommitTest {
  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  private final Documents documents = Yaml.pool("web", 3, 1);
  private TcpRelay relay;
  private ConfigDatabase database;

  @BeforeEach
  void connectThroughTheRelay() throws IOException {
    relay = new TcpRelay(postgres.server().port());
    database =
        ConfigDatabase.open(
            relay.through(postgres.settings()), InstantSource.system(), Optional.empty());
  }

  @AfterEach
  void close() throws IOException {
    database.close();
    relay.close();
  }

  @Test
  void shouldSayThatTheOutcomeIsUnknownWhenNobodyCanBeAsked() {
    relay.cutOnCommit(TcpRelay.Cut.AFTER_COMMIT, true);
    assertThatThrownBy(this::apply)
        .isInstanceOf(OutcomeUnknown.class)
        .hasMessageContaining("broke during COMMIT");
    assertThat(database.store().counters().unknown()).isEqualTo(1);

    relay.heal();
    assertThat(apply().isChanged()).as("the repeated apply").isFalse();
    assertThat(postgres.query("SELECT count(*) FROM ballast.backend")).isEqualTo("3");
  }

  @Test
  void shouldFindOutThatALostCommitIsIn() {
    relay.cutOnCommit(TcpRelay.Cut.AFTER_COMMIT, false);
    Applied applied = apply();
    assertThat(applied.isChanged()).isTrue();
    assertThat(postgres.query("SELECT n FROM ballast.revision"))
        .isEqualTo(Long.toString(applied.revision().n()));
  }

  @Test
  void shouldFindOutThatALostCommitIsNotIn() {
    relay.cutOnCommit(TcpRelay.Cut.BEFORE_COMMIT, false);
    assertThatThrownBy(this::apply)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("nothing was written");
    assertThat(postgres.query("SELECT n FROM ballast.revision")).isEqualTo("1");
    assertThat(apply().isChanged()).isTrue();
  }

  @Test
  void shouldFailQuicklyWhileTheDatabaseIsGone() {
    relay.cutAll();
    long startedNanos = System.nanoTime();
    assertThatThrownBy(this::apply)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("is not reachable");
    assertThatThrownBy(() -> database.preflight()).isInstanceOf(DatabaseUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(8));
    relay.heal();
    assertThat(apply().isChanged()).isTrue();
  }

  private Applied apply() {
    return database.store().apply(documents, ApplyOptions.NONE, "test");
  }
}
