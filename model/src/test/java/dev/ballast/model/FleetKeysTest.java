package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final DataKey dataKey = DataKey.random(RANDOM);
  private final Sealer sealer = new Sealer(dataKey, RANDOM);
  private final FleetKeys keys = FleetKeys.make("default", sealer, Examples.NOON);

  private FleetSecrets opened(FleetKeys some) {
    var snapshot = Snapshot.of(Examples.revision(1), List.of(new Item(some, 1)));
    var opened = Keyring.open(snapshot, Optional.of(dataKey)).fleetKeys().orElseThrow();
    return ((Keyring.OpenedFleetKeys.Usable) opened).secrets();
  }

  @Test
  void shouldBeReadAsTheyWereWritten() {
    var later = keys.rotated(sealer, Examples.NOON.plus(Duration.ofDays(31)));

    assertThat(Codec.fromJson(Codec.toJson(keys))).isEqualTo(keys);
    assertThat(Codec.fromJson(Codec.toJson(later))).isEqualTo(later);
  }

  @Test
  void shouldOpenToKeysOfTheRightLengths() {
    var secrets = opened(keys);

    assertThat(secrets.hashSeed()).hasSize(16);
    assertThat(secrets.cookieKeys()).singleElement().satisfies(key -> assertThat(key).hasSize(32));
    assertThat(secrets.ticketKeys()).singleElement().satisfies(key -> assertThat(key).hasSize(48));
  }

  @Test
  void shouldStayAsTheyAreUntilAPeriodHasPassed() {
    var instant = Examples.NOON.plus(FleetKeys.TICKET_KEY_PERIOD).minusMillis(1);

    assertThat(keys.rotated(sealer, instant)).isEqualTo(keys);
  }

  @Test
  void shouldKeepTheTicketKeyBeforeAsThePreviousOne() {
    var before = opened(keys);
    var after = opened(keys.rotated(sealer, Examples.NOON.plus(FleetKeys.TICKET_KEY_PERIOD)));

    assertThat(after.ticketKeys()).hasSize(2);
    assertThat(after.ticketKeys().get(1)).isEqualTo(before.ticketKeys().getFirst());
    assertThat(after.ticketKeys().getFirst()).isNotEqualTo(before.ticketKeys().getFirst());
    assertThat(after.cookieKeys()).hasSize(1);
  }

  @Test
  void shouldNeverChangeTheHashSeed() {
    var now = Examples.NOON;
    var rotated = keys;
    for (int turn = 0; turn < 100; turn++) {
      now = now.plus(Duration.ofDays(turn));
      rotated = rotated.rotated(sealer, now);
    }

    assertThat(rotated.hashSeed()).isEqualTo(keys.hashSeed());
    assertThat(opened(rotated).cookieKeys()).hasSize(2);
    assertThat(opened(rotated).cookieKeys().getFirst())
        .isNotEqualTo(opened(keys).cookieKeys().getFirst());
  }

  @Test
  void shouldFailWithAReasonUnderAnotherDataKey() {
    var snapshot = Snapshot.of(Examples.revision(1), List.of(new Item(keys, 1)));

    var opened =
        Keyring.open(snapshot, Optional.of(DataKey.random(RANDOM))).fleetKeys().orElseThrow();

    assertThat(opened)
        .isInstanceOfSatisfying(
            Keyring.OpenedFleetKeys.Failed.class,
            failed -> assertThat(failed.reason()).contains("Fleet default", dataKey.id()));
  }

  @Test
  void shouldShowDigestsOnly() {
    assertThat(Codec.show(keys).toString())
        .contains(keys.hashSeed().sha256())
        .doesNotContain("ciphertext", "nonce", keys.hashSeed().ciphertext());
  }

  @Test
  void shouldReadKeysOfAFile() {
    var base64 = Base64.getEncoder();
    String file =
        "hashSeed: "
            + base64.encodeToString(new byte[16])
            + "\ncookieKeys: ["
            + base64.encodeToString(new byte[32])
            + "]\nticketKeys:\n  - "
            + base64.encodeToString(new byte[48])
            + "\n  - "
            + base64.encodeToString(new byte[48])
            + "\n";

    var secrets = FleetSecrets.parse(file);

    assertThat(secrets.hashSeed()).containsOnly(0).hasSize(16);
    assertThat(secrets.cookieKeys()).hasSize(1);
    assertThat(secrets.ticketKeys()).hasSize(2);
  }

  @Test
  void shouldNameEveryMistakeInAFileOfKeysAndRepeatNone() {
    String file = "hashSeed: c2VjcmV0\ncookieKeys: [hush-hush]\nticketKey: []\n";

    var refusal = catchThrowableOfType(InvalidInput.class, () -> FleetSecrets.parse(file));

    assertThat(refusal.problems())
        .extracting(Problem::path)
        .containsExactlyInAnyOrder("hashSeed", "cookieKeys[0]", "ticketKeys", "ticketKey");
    assertThat(refusal.problems().toString()).doesNotContain("c2VjcmV0", "hush-hush");
  }

  @Test
  void shouldNotTakeAnEmptyFileForKeys() {
    assertThatThrownBy(() -> FleetSecrets.parse("")).isInstanceOf(InvalidInput.class);
  }

  @Test
  void shouldDrawOthersForEachProcess() {
    assertThat(FleetSecrets.random(RANDOM)).isNotEqualTo(FleetSecrets.random(RANDOM));
  }
}
