package dev.ballast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Certificate;
import dev.ballast.model.CertificateChain;
import dev.ballast.model.DataKey;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Item;
import dev.ballast.model.Keyring;
import dev.ballast.model.Pem;
import dev.ballast.model.Revision;
import dev.ballast.model.Sealer;
import dev.ballast.model.Secret;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an LB server's disk tells of keys: nothing. */
class SecretsOnDiskTest {
  private static final DataKey DATA_KEY = DataKey.random(new SecureRandom());
  private static final Sealer SEALER = new Sealer(DATA_KEY, new SecureRandom());

  @TempDir private Path directory;
  private final Secret.Clear key = new Secret.Clear(privateKey());
  private final FleetKeys fleetKeys =
      FleetKeys.make("default", SEALER, Instant.parse("2026-01-31T12:00:00Z"));
  private String written = "";

  private static byte[] privateKey() {
    try {
      return KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private Snapshot snapshot() {
    var chain = new CertificateChain(new Pem("CERTIFICATE", new byte[] {1, 2, 3}).text());
    var certificate = new Certificate("web", chain, Optional.of(key)).sealed(SEALER);
    return Snapshot.of(
        new Revision("0a1b2c3d", 7), List.of(new Item(certificate, 7), new Item(fleetKeys, 6)));
  }

  @BeforeEach
  void write() throws IOException {
    var file = new SnapshotFile(directory.resolve("lb-1.snapshot"));
    file.write(snapshot());
    assertThat(file.read()).isPresent();
    var all = new StringBuilder();
    try (var files = Files.list(directory)) {
      for (Path each : files.toList()) {
        all.append(Files.readString(each, StandardCharsets.ISO_8859_1));
      }
    }
    written = all.toString();
  }

  @Test
  void shouldHoldNoPrivateKeyInClear() {
    assertThat(written).contains(key.sha256(), "sealedKey");
    assertHoldsNothingOf(key.bytes());
  }

  @Test
  void shouldHoldNoKeyOfTheFleetInClear() {
    var opened = Keyring.open(snapshot(), Optional.of(DATA_KEY)).fleetKeys().orElseThrow();
    FleetSecrets secrets = ((Keyring.OpenedFleetKeys.Usable) opened).secrets();
    var all = new ArrayList<>(secrets.cookieKeys());
    all.addAll(secrets.ticketKeys());
    all.add(secrets.hashSeed());

    assertThat(written).contains("FleetKeys");
    all.forEach(this::assertHoldsNothingOf);
  }

  @Test
  void shouldHoldNothingOfTheDataKey() {
    assertThat(written).contains(DATA_KEY.id());
    assertHoldsNothingOf(Base64.getDecoder().decode(DATA_KEY.toBase64()));
  }

  /** Neither as it is, nor in base64 at any offset, nor in hexadecimal digits. */
  private void assertHoldsNothingOf(byte[] secret) {
    assertThat(written)
        .doesNotContain(new String(secret, StandardCharsets.ISO_8859_1))
        .doesNotContainIgnoringCase(HexFormat.of().formatHex(secret));
    for (int offset = 0; offset < 3; offset++) {
      byte[] part = Arrays.copyOfRange(secret, offset, secret.length);
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(part);
      assertThat(written).doesNotContain(base64.substring(0, base64.length() - 2));
    }
  }
}
