package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcesTest {

  @Test
  void shouldReadBackEveryResourceItEncodes() {
    var random = new Random(1);
    for (int count = 0; count < 2_000; count++) {
      var resource = Examples.random(random);
      assertThat(Codec.fromJson(Codec.toJson(resource))).isEqualTo(resource);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:80,true",
    "[2001:db8::1]:80,true",
    "b2.internal:8080,false",
    "localhost:1,false"
  })
  void shouldReadBackAnAddress(String text, boolean isLiteral) {
    var address = BackendAddress.parse(text);

    assertThat(address.toString()).isEqualTo(text);
    assertThat(address.isLiteral()).isEqualTo(isLiteral);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h",
        "h:",
        ":80",
        "h:0",
        "h:65536",
        "h:99999999999",
        "::1:80",
        "a b:80",
        "10.0.0.256:80",
        "10.0.0:80",
        "h:8a"
      })
  void shouldRefuseWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> BackendAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "15s,15000", "2m,120000", "1h,3600000", "90s,90000", "0ms,0"})
  void shouldReadBackADuration(String text, long millis) {
    assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
    assertThat(Durations.text(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void shouldTakeTheStricterAdminState() {
    assertThat(AdminState.ENABLED.stricter(AdminState.DRAINING)).isEqualTo(AdminState.DRAINING);
    assertThat(AdminState.DISABLED.stricter(AdminState.DRAINING)).isEqualTo(AdminState.DISABLED);
  }

  @Test
  void shouldEndAnOverrideByItself() {
    var override =
        new AdminOverride(
            ItemKey.backend("p", "b"),
            AdminState.DRAINING,
            "ann",
            "",
            Examples.NOON,
            Optional.of(Examples.NOON.plusSeconds(60)));

    assertThat(override.holdsAt(Examples.NOON.plusSeconds(59))).isTrue();
    assertThat(override.holdsAt(Examples.NOON.plusSeconds(60))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/api,/api,true",
    "/api,/api/x,true",
    "/api,/apix,false",
    "/api/,/api/x,true",
    "/,/x,true",
    "/api/,/api,false"
  })
  void shouldMatchAPrefixOnSegmentBorders(String prefix, String path, boolean isUnder) {
    assertThat(RouteMatch.isUnder(prefix, path)).isEqualTo(isUnder);
  }

  @ParameterizedTest
  @CsvSource({
    "*,a.test,true",
    "*.test,a.test,true",
    "*.test,*.a.test,true",
    "*.test,test,false",
    "a.test,*.test,false",
    "*.test,*,false"
  })
  void shouldKnowWhichHostsAPatternCovers(String wide, String narrow, boolean covers) {
    assertThat(Hosts.covers(wide, narrow)).isEqualTo(covers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9f3a1c2e.42", "00000000.0"})
  void shouldReadBackARevision(String text) {
    assertThat(Revision.parse(text).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "42",
        "9f3a1c2e",
        "9f3a1c2e.",
        "9F3A1C2E.1",
        "9f3a1c2e.-1",
        "9f3a1c2e.01",
        "9f3a1c2e.99999999999999999999"
      })
  void shouldRefuseWhatIsNoRevision(String text) {
    assertThatThrownBy(() -> Revision.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldNeverCompareRevisionsOfTwoEpochs() {
    assertThat(new Revision("00000001", 9).isAtLeast(new Revision("00000002", 1))).isFalse();
    assertThat(new Revision("00000001", 9).isAtLeast(new Revision("00000001", 9))).isTrue();
  }
}
