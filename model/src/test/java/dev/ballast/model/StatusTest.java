package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is observed, and how it is written. */
class StatusTest {
  private static final BackendStatus FIRST =
      new BackendStatus("web", "b1", Verdict.HEALTHY, "status 200", 0, Examples.NOON);
  private static final LbServer SERVER =
      new LbServer("lb-1", "default", "a1", "10.0.0.1", "http://a:1", "1", Examples.NOON);

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  private static BackendStatus after(int transitions) {
    var status = FIRST;
    for (int n = 1; n <= transitions; n++) {
      var verdict = n % 2 == 0 ? Verdict.HEALTHY : Verdict.UNHEALTHY;
      status = status.next(verdict, "transition " + n, n, Examples.NOON.plusSeconds(n));
    }
    return status;
  }

  @Test
  void shouldRememberTheVerdictsBeforeNewestFirst() {
    assertThat(after(2))
        .isEqualTo(
            new BackendStatus(
                "web",
                "b1",
                Optional.empty(),
                Verdict.HEALTHY,
                "transition 2",
                2,
                Examples.NOON.plusSeconds(2),
                List.of(
                    new PastVerdict(
                        Verdict.UNHEALTHY, "transition 1", Examples.NOON.plusSeconds(1)),
                    new PastVerdict(Verdict.HEALTHY, "status 200", Examples.NOON))));
  }

  @Test
  void shouldForgetAllButTheLastEight() {
    assertThat(after(20).history())
        .extracting(PastVerdict::reason)
        .containsExactlyElementsOf(
            IntStream.iterate(19, n -> n - 1).limit(8).mapToObj(n -> "transition " + n).toList());
  }

  @Test
  void shouldRefuseALongerHistory() {
    var nine = java.util.Collections.nCopies(9, after(1).history().getFirst());
    assertThatThrownBy(
            () ->
                new BackendStatus(
                    "web", "b1", Optional.empty(), Verdict.HEALTHY, "", 0, Examples.NOON, nine))
        .hasMessage("a history of 9 verdicts; the limit is 8");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldReadBackWhatTheDatabaseKeeps(long seed) {
    var random = new Random(seed);
    for (int count = 0; count < 20; count++) {
      Resource resource = Examples.random(random);
      assertThat(Codec.fromJson(Codec.toJson(resource))).isEqualTo(resource);
    }
  }

  @Test
  void shouldReadAStatusWrittenBeforeThereWasAHistory() {
    String written =
        """
        {"kind":"BackendStatus","pool":"web","name":"b1","verdict":"healthy","reason":"status 200","phi":0.0,\
        "since":"2026-01-31T12:00:00Z"}""";

    assertThat(Codec.fromJson(written)).isEqualTo(FIRST);
    assertThat(Codec.toJson(FIRST).toString()).isEqualTo(written);
  }

  @Test
  void shouldBeOnTheAddressThatWasProbedAndNoOther() {
    var there =
        new Backend("web", "b1", new BackendAddress("10.0.0.1", 80), 1, "", AdminState.ENABLED);
    var moved =
        new Backend("web", "b1", new BackendAddress("10.0.0.1", 81), 1, "", AdminState.ENABLED);
    var status = BackendStatus.first(there, Verdict.HEALTHY, "status 200", 0, Examples.NOON);

    assertThat(status.isOn(there)).isTrue();
    assertThat(status.isOn(moved)).isFalse();
    assertThat(FIRST.isOn(moved)).as("it does not say").isTrue();
    assertThat(status.next(Verdict.UNHEALTHY, "", 0, Examples.NOON).isOn(moved)).isFalse();
    assertThat(snapshot(there, status).statusOf(there)).contains(status);
    assertThat(snapshot(moved, status).statusOf(moved)).isEmpty();
    assertThat(Codec.toJson(status).toString())
        .startsWith(
            """
            {"kind":"BackendStatus","pool":"web","name":"b1","address":"10.0.0.1:80","verdict":"healthy",""");
  }

  private static Snapshot snapshot(Resource... resources) {
    var items = Stream.of(resources).map(resource -> new Item(resource, 1)).toList();
    return Snapshot.of(Examples.revision(1), items);
  }

  @Test
  void shouldWriteTheHistoryBehindTheVerdict() {
    assertThat(Codec.toJson(after(1)).toString())
        .isEqualTo(
            """
            {"kind":"BackendStatus","pool":"web","name":"b1","verdict":"unhealthy","reason":"transition 1","phi":1.0,\
            "since":"2026-01-31T12:00:01Z","history":[{"verdict":"healthy","reason":"status 200",\
            "since":"2026-01-31T12:00:00Z"}]}""");
  }

  @Test
  void shouldReadASnapshotWithoutHistory() {
    var snapshot = Snapshot.of(Examples.revision(1), List.of(new Item(FIRST, 1)));
    String kept = Wire.snapshot(snapshot);

    assertThat(kept).doesNotContain("history");
    assertThat(Wire.readSnapshot(kept)).isEqualTo(snapshot);
  }

  @ParameterizedTest
  @EnumSource
  void shouldWriteEachStateInLowerCase(LbServerState state) {
    var status = new LbServerStatus("lb-1", "a1", state, "because", 1.5, Examples.NOON);

    assertThat(Codec.toJson(status).toString())
        .isEqualTo(
            """
            {"kind":"LbServerStatus","name":"lb-1","instance":"a1","state":"%s","reason":"because","phi":1.5,\
            "since":"2026-01-31T12:00:00Z"}"""
                .formatted(
                    switch (state) {
                      case READY -> "ready";
                      case NOT_READY -> "not-ready";
                      case STALE -> "stale";
                      case DEAD -> "dead";
                    }));
    assertThat(Codec.fromJson(Codec.toJson(status))).isEqualTo(status);
  }

  @Test
  void shouldDemandAStateAndAnInstance() {
    assertThatThrownBy(() -> Codec.fromJson("{\"kind\":\"LbServerStatus\",\"name\":\"lb-1\"}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("instance: is required")
        .hasMessageContaining("state: is required");
  }

  @Test
  void shouldTellTheStatusOfAnotherInstanceApart() {
    var status =
        new LbServerStatus("lb-1", "a1", LbServerState.DEAD, "no answer", 9, Examples.NOON);
    var snapshot = Snapshot.of(Examples.revision(1), List.of(new Item(status, 1)));
    var other = new LbServer("lb-1", "default", "b2", "10.0.0.1", "http://a:1", "1", Examples.NOON);

    assertThat(snapshot.statusOf(SERVER)).contains(status);
    assertThat(snapshot.statusOf(other)).isEmpty();
  }

  @Test
  void shouldMakeAReasonHarmlessThatQuotesAStranger() {
    String foreign = "body \"\u0000\ud800\n" + "é".repeat(1_000) + "\"";
    var status = FIRST.next(Verdict.UNHEALTHY, foreign, 0, Examples.NOON);

    assertThat(status.reason())
        .startsWith("body \"\ufffd\ufffd\ufffdé")
        .endsWith("é…")
        .hasSize(500);
    assertThat(Codec.fromJson(Codec.toJson(status))).isEqualTo(status);
  }

  @Test
  void shouldNotCutACharacterInTwo() {
    String faces = "x" + "😀".repeat(300);
    var status = new BackendStatus("web", "b1", Verdict.HEALTHY, faces, 0, Examples.NOON);

    assertThat(status.reason()).endsWith("😀…").hasSizeLessThanOrEqualTo(500);
    assertThat(Codec.fromJson(Codec.toJson(status))).isEqualTo(status);
  }

  @Test
  void shouldShowWhereToLookForWhoServes() {
    var status =
        new LbServerStatus("lb-1", "a1", LbServerState.READY, "it serves", 0, Examples.NOON);
    var whole =
        Snapshot.of(
            Examples.revision(1),
            List.of(new Item(SERVER, 1), new Item(status, 1), new Item(FIRST, 1)));

    assertThat(View.parse("dns").select(whole).items().keySet())
        .containsExactlyInAnyOrder(SERVER.key(), status.key());
    assertThat(View.parse("targets").select(whole)).isEqualTo(whole);
    assertThat(View.parse("fleet:default").select(whole).items()).isEmpty();
  }
}
