package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is a request and what is refused, whole and cut into pieces. */
class RequestSyntaxTest {
  private static final int ROWS_AT_LEAST = 300;

  private final Transcript framed = Transcript.framed(Limits.defaults());
  private final Transcript unframed = Transcript.unframed();

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.ballast.proxy.Sample#requests")
  void shouldMakeOfARequest(Sample sample) {
    assertThat(framed.read(sample.bytes()).stream().map(Sample::withoutForwarding))
        .as("RFC, section %s", sample.section())
        .containsExactlyElementsOf(sample.outcome());
  }

  @Test
  void shouldKnowManyAttacksAndEdges() {
    assertThat(Sample.requests()).hasSizeGreaterThan(ROWS_AT_LEAST);
    assertThat(Sample.requests().stream().map(Sample::description)).doesNotHaveDuplicates();
    assertThat(Sample.requests()).allSatisfy(row -> assertThat(row.outcome()).isNotEmpty());
  }

  @Test
  void shouldReadTheSameWhereverTheBytesAreCut() {
    Sample.requests().forEach(row -> assertSameWhereverCut(row.bytes()));
  }

  private void assertSameWhereverCut(byte[] bytes) {
    List<String> whole = unframed.read(bytes);
    int step = 1 + bytes.length / 300;
    for (int cut = 1; cut < bytes.length; cut += step) {
      assertThat(unframed.read(bytes, cut)).as("cut at %s", cut).isEqualTo(whole);
    }
    if (bytes.length < 1_000) {
      assertThat(unframed.read(bytes, IntStream.range(1, bytes.length).toArray()))
          .as("byte by byte: %s", new String(bytes, StandardCharsets.ISO_8859_1))
          .isEqualTo(whole);
    }
  }
}
