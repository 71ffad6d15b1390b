package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of backends mean the same wherever their bytes are cut. */
class AnswerSyntaxTest {
  private final AnswerTranscript transcript = AnswerTranscript.unframed();

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.ballast.proxy.Sample#answers")
  void shouldReadTheSameCutAnywhere(Sample sample) {
    Method asked = sample.asked().isEmpty() ? Method.GET : Method.valueOf(sample.asked());
    byte[] bytes = sample.bytes();
    String whole = transcript.read(asked, bytes);
    boolean isWaiting = sample.end().equals("head") || sample.end().equals("body");
    assertThat(whole.contains("unfinished ") && !isSwitch(whole)).isEqualTo(isWaiting);
    int step = 1 + bytes.length / 300;
    for (int cut = 1; cut < bytes.length; cut += step) {
      assertThat(transcript.read(asked, bytes, cut)).as("cut at %s", cut).isEqualTo(whole);
    }
    int[] everywhere = IntStream.range(1, Math.min(bytes.length, 1_000)).toArray();
    assertThat(transcript.read(asked, bytes, everywhere)).isEqualTo(whole);
    assertThat(transcript.leaked()).isZero();
  }

  /** Behind which there may be anything. */
  private static boolean isSwitch(String answer) {
    return answer.startsWith("HTTP/1.1 101 ");
  }
}
