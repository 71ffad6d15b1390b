package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Certificate;
import dev.ballast.model.Codec;
import dev.ballast.model.DataKey;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Keyring;
import dev.ballast.model.Kind;
import dev.ballast.model.OpenedCertificate;
import dev.ballast.model.Revision;
import dev.ballast.model.Sealer;
import dev.ballast.model.Secret;
import dev.ballast.model.Snapshot;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Certificates and the keys of fleets in the database, where nothing clear may be. */
final class SecretsTest {
  private static final ItemKey WEB = new ItemKey(Kind.CERTIFICATE, "web");
  private static final DataKey DATA_KEY = DataKey.random(new SecureRandom());

  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  @TempDir private Path directory;
  private Instant now = Instant.now();
  private ConfigDatabase database;
  private OpenSsl pair;

  @BeforeEach
  void open() throws Exception {
    database = opened(DATA_KEY);
    pair = OpenSsl.pair(directory, "web.example.test");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private ConfigDatabase opened(DataKey key) {
    return ConfigDatabase.open(
        postgres.settings(), () -> now, Optional.of(new Sealer(key, new SecureRandom())));
  }

  private Applied apply(String document) {
    return database.store().apply(Yaml.documents(document), ApplyOptions.NONE, "test");
  }

  private Snapshot listed() throws SQLException {
    try (Connection connection = postgres.connect()) {
      var items = new ArrayList<Item>();
      for (Table table : Table.values()) {
        items.addAll(new Rows(connection).items(table));
      }
      return Snapshot.of(new Revision("00000000", 1), items);
    }
  }

  private Optional<FleetKeys> fleetKeys() throws SQLException {
    return listed().fleetKeys().findFirst();
  }

  @Test
  void shouldKeepACertificateWithItsKeySealed() throws SQLException {
    apply(pair.document("web"));

    var certificate = (Certificate) listed().find(WEB).orElseThrow().resource();
    assertThat(certificate.privateKey()).get().isInstanceOf(Secret.Sealed.class);
    assertThat(Keyring.open(listed(), Optional.of(DATA_KEY)).certificate("web"))
        .isInstanceOf(OpenedCertificate.Usable.class);
    assertThat(
            postgres.query(
                "SELECT concat_ws(' ', hosts[1], key_sha256, data_key, not_after > now()) FROM ballast.certificate"))
        .isEqualTo(
            "web.example.test "
                + certificate.privateKey().orElseThrow().sha256()
                + " "
                + DATA_KEY.id()
                + " t");
  }

  @Test
  void shouldHaveNothingOfAClearKeyInAnyTable() {
    apply(pair.document("web"));
    apply(pair.document("web").replace("name: web", "name: api"));
    String clear = pair.key().lines().skip(1).findFirst().orElseThrow().substring(20);

    for (String table : List.of("certificate", "history")) {
      String rows = "SELECT count(*) FROM ballast." + table + " AS whole";
      assertThat(postgres.query(rows)).isNotEqualTo("0");
      assertThat(postgres.query(rows + " WHERE whole::text LIKE '%" + clear + "%'")).isEqualTo("0");
    }
  }

  @Test
  void shouldChangeNothingWhenTheSameIsAppliedAgain() throws SQLException {
    apply(pair.document("web"));
    String shown = Codec.show(listed().find(WEB).orElseThrow().resource()).toString();

    assertThat(apply(pair.document("web")).isChanged()).isFalse();
    assertThat(apply(shown).isChanged()).isFalse();
  }

  @Test
  void shouldRefuseAPrivateKeyWithoutADataKeyAndSayWhatToDo() {
    assertThatThrownBy(
            () ->
                postgres
                    .store()
                    .apply(Yaml.documents(pair.document("web")), ApplyOptions.NONE, "test"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("--data-key-file")
        .hasMessageNotContaining("BEGIN");
    assertThat(postgres.query("SELECT count(*) FROM ballast.certificate")).isEqualTo("0");
  }

  @Test
  void shouldTakeAuthoritiesWithoutADataKey() {
    String authority = pair.document("ca").substring(0, pair.document("ca").indexOf("key: |"));

    postgres.store().apply(Yaml.documents(authority), ApplyOptions.NONE, "test");

    assertThat(postgres.query("SELECT key_sha256 FROM ballast.certificate WHERE name = 'ca'"))
        .isEqualTo("null");
  }

  @Test
  void shouldWarnOfACertificateThatHasExpired() {
    now = now.plus(Duration.ofDays(40));

    assertThat(apply(pair.document("web")).plan().warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.message()).contains("has expired"));
  }

  @Test
  void shouldNotLetGoOfACertificateThatIsNamed() {
    apply(pair.document("web"));
    apply("kind: Pool\nname: web");
    String name =
        "BEGIN; SELECT ballast.raise_revision();"
            + " INSERT INTO ballast.pool_certificate VALUES ('web', 'web'); COMMIT";
    postgres.execute(name);

    assertThatThrownBy(
            () ->
                postgres.execute(
                    "BEGIN; SELECT ballast.raise_revision(); DELETE FROM ballast.certificate; COMMIT"))
        .hasStackTraceContaining("pool_certificate");
  }

  @Test
  void shouldMakeTheKeysOfEveryFleetOnce() throws SQLException {
    apply("kind: Fleet\nname: edge");
    database.store().keepFleetKeys();
    var made = listed().fleetKeys().toList();
    database.store().keepFleetKeys();

    assertThat(made).extracting(FleetKeys::name).containsExactly("default", "edge");
    assertThat(listed().fleetKeys().toList()).isEqualTo(made);
  }

  @Test
  void shouldMakeTheKeysOfANewFleetWithIt() {
    long n = apply("kind: Fleet\nname: edge").revision().n();

    assertThat(postgres.query("SELECT revision FROM ballast.fleet_keys WHERE name = 'edge'"))
        .isEqualTo(String.valueOf(n));
  }

  @Test
  void shouldLetTheKeysGoWithTheirFleet() {
    apply("kind: Fleet\nname: edge");
    database.store().delete(new ItemKey(Kind.FLEET, "edge"), Optional.empty(), "test");

    assertThat(postgres.query("SELECT count(*) FROM ballast.fleet_keys WHERE name = 'edge'"))
        .isEqualTo("0");
    assertThat(postgres.query("SELECT count(*) FROM ballast.tombstone WHERE kind = 'FleetKeys'"))
        .isEqualTo("1");
  }

  @Test
  void shouldMakeTheSameKeysForAllControllersThatStartAtOnce() throws Exception {
    int controllers = 6;
    var start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var made = new ArrayList<Future<?>>();
      for (int each = 0; each < controllers; each++) {
        made.add(
            threads.submit(
                () -> {
                  start.await();
                  return database.store().keepFleetKeys();
                }));
      }
      start.countDown();
      for (var one : made) {
        one.get();
      }
    }

    assertThat(postgres.query("SELECT n FROM ballast.revision")).isEqualTo("2");
    assertThat(fleetKeys()).isPresent();
  }

  @Test
  void shouldRotateTicketKeysCookieKeysAndNeverTheSeed() throws SQLException {
    database.store().keepFleetKeys();
    FleetKeys first = fleetKeys().orElseThrow();

    now = now.plus(FleetKeys.TICKET_KEY_PERIOD);
    database.store().keepFleetKeys();
    FleetKeys second = fleetKeys().orElseThrow();
    assertThat(second.ticketKeys().previous()).contains(first.ticketKeys().current());
    assertThat(second.cookieKeys()).isEqualTo(first.cookieKeys());

    now = now.plus(FleetKeys.COOKIE_KEY_PERIOD);
    database.store().keepFleetKeys();
    FleetKeys third = fleetKeys().orElseThrow();
    assertThat(third.cookieKeys().previous()).contains(first.cookieKeys().current());
    assertThat(third.hashSeed()).isEqualTo(first.hashSeed());
  }

  @Test
  void shouldLeaveKeysUnderAnotherDataKeyAloneAndNameThem() throws SQLException {
    database.store().keepFleetKeys();
    FleetKeys before = fleetKeys().orElseThrow();
    now = now.plus(FleetKeys.COOKIE_KEY_PERIOD);

    try (var other = opened(DataKey.random(new SecureRandom()))) {
      assertThat(other.store().keepFleetKeys()).containsExactly(before);
    }
    assertThat(fleetKeys()).contains(before);
  }

  @Test
  void shouldMakeNoKeysWithoutADataKey() {
    assertThat(postgres.store().keepFleetKeys()).isEmpty();
    assertThat(postgres.query("SELECT count(*) FROM ballast.fleet_keys")).isEqualTo("0");
  }

  @ParameterizedTest
  @EnumSource(FeedMode.class)
  void shouldFeedSecretsSealedAndTheirEnd(FeedMode mode) throws SQLException {
    var recorder = new FeedRecorder();
    try (var _ = ChangeFeed.start(database, mode, recorder)) {
      apply(pair.document("web"));
      long n = apply("kind: Fleet\nname: edge").revision().n();
      await().until(() -> recorder.n() == n);
      assertThat(recorder.state().items()).isEqualTo(listed().items());

      long end = database.store().delete(WEB, Optional.empty(), "test").revision().n();
      await().until(() -> recorder.n() == end);
      assertThat(recorder.state().certificates()).isEmpty();
      assertThat(recorder.state().fleetKeys()).extracting(FleetKeys::name).contains("edge");
    }
  }

  @Test
  void shouldNeverWriteAClearKeyWhateverAsksForIt() throws SQLException {
    var clear = Yaml.documents(pair.document("web")).resources().iterator().next();
    try (Connection connection = postgres.connect()) {
      assertThatThrownBy(() -> new Rows(connection).upsert(List.of(clear), 2))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
