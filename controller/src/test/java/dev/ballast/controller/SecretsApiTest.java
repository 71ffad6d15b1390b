package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.FleetKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the API says of keys: their digest, and that they changed. */
class SecretsApiTest {
  @TempDir private Path directory;
  private final FakeDatabase database = new FakeDatabase();
  private final TestController controller = new TestController(database, settings -> settings);
  private String document = "";
  private String secret = "";

  @BeforeEach
  void makeACertificate() throws Exception {
    document = document("web");
    assertThat(controller.apply(document).statusCode()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private String document(String host) throws IOException, InterruptedException {
    var command =
        List.of(
            "openssl",
            "req",
            "-x509",
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-keyout",
            "key",
            "-out",
            "certificate",
            "-subj",
            "/CN=" + host);
    var process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("openssl.log").toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    String key = Files.readString(directory.resolve("key"));
    secret = key.lines().skip(1).findFirst().orElseThrow();
    return "kind: Certificate\nname: web\ncertificate: |\n"
        + Files.readString(directory.resolve("certificate")).indent(2)
        + "key: |\n"
        + key.indent(2);
  }

  private void assertTellsNothing(String answer) {
    assertThat(answer).doesNotContain("PRIVATE KEY", "ciphertext", "sealedKey", secret);
  }

  @Test
  void shouldAnswerACertificateWithTheDigestOfItsKey() {
    String one = controller.get("/v1/certificates/web").body();
    String all = controller.get("/v1/certificates").body();

    assertThat(Json.read(one).path("keySha256").asString()).hasSize(64);
    assertThat(Json.read(all).path("items").size()).isEqualTo(1);
    assertTellsNothing(one);
    assertTellsNothing(all);
  }

  @Test
  void shouldChangeNothingWhenItsAnswerIsApplied() {
    String answer = controller.get("/v1/certificates/web").body();

    assertThat(Json.read(controller.apply(answer).body()).path("changed").asBoolean()).isFalse();
    assertThat(Json.read(controller.apply(document).body()).path("changed").asBoolean()).isFalse();
  }

  @Test
  void shouldSayOfAnotherKeyOnlyThatItChanged() throws Exception {
    String renewed = document("web");
    String rehearsed = controller.apply(renewed, "?dryRun=true").body();
    String applied = controller.put("/v1/certificates/web", renewed).body();
    String history = controller.get("/v1/history").body();

    JsonNode fields = Json.read(applied).path("edits").get(0).path("fields");
    assertThat(fields.get(1).path("path").asString()).isEqualTo("key");
    assertThat(fields.get(1).path("after").toString()).contains("changed");
    for (String answer : List.of(rehearsed, applied, history)) {
      assertTellsNothing(answer);
    }
  }

  @Test
  void shouldCarryKeysSealedToThoseWhoFollowAllAndNotToOthers() {
    String all = controller.get("/v1/snapshot?view=all").body();

    assertThat(all).contains("sealedKey").doesNotContain("PRIVATE KEY", secret);
    for (String view : List.of("dns", "targets", "fleet:default")) {
      String shown = controller.get("/v1/snapshot?view=" + view).body();
      assertThat(shown).as(view).doesNotContain("sealedKey", "Certificate", secret);
    }
  }

  @Test
  void shouldNameAMistakeWithoutRepeatingTheKey() {
    String cut = document.substring(0, document.indexOf("  -----END PRIVATE KEY"));
    String other = document.replace(secret.substring(0, 8), "AAAAAAAA");

    for (String wrong : List.of(cut, other)) {
      var answer = controller.apply(wrong);
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("\"path\":\"key\"").doesNotContain(secret.substring(20));
    }
  }

  @Test
  void shouldNotDeleteACertificateInUse() {
    controller.apply("kind: Pool\nname: p\nbackends: []\ntls: {verify: true, certificate: web}\n");

    var refused = controller.delete("/v1/certificates/web");

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("Pool p");
  }

  @Test
  void shouldShowTheKeysOfAFleetByTheirDigests() {
    var keys = FleetKeys.make("default", FakeDatabase.SEALER, Instant.EPOCH);
    database.commit(List.of(keys), List.of());

    String one = controller.get("/v1/fleetkeys/default").body();

    assertThat(one).contains(keys.hashSeed().sha256(), "ticketKeys");
    assertTellsNothing(one);
    assertThat(controller.get("/v1/fleetkeys").statusCode()).isEqualTo(200);
    assertThat(controller.delete("/v1/fleetkeys/default").statusCode()).isEqualTo(200);
    assertThat(controller.get("/v1/fleetkeys/default").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldTakeNoKeysOfAFleetFromPeople() {
    var answer = controller.put("/v1/fleetkeys/default", "kind: FleetKeys\nname: default\n");

    assertThat(answer.statusCode()).isIn(404, 405);
    assertThat(controller.apply("kind: FleetKeys\nname: default\n").statusCode()).isEqualTo(422);
  }
}
