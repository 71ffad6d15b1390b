package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is a request and what is refused, whole and cut into pieces. */
class RequestSyntaxTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.ballast.proxy.RequestSamples#refused")
  void shouldRefuse(String description, String raw, String reason) {
    assertThat(Transcript.of(raw)).containsExactly("refused: " + reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.ballast.proxy.RequestSamples#accepted")
  void shouldAccept(String description, String raw, String part) {
    assertThat(Transcript.of(raw)).singleElement().asString().contains(part);
  }

  @Test
  void shouldReadTheSameWhereverTheBytesAreCut() {
    samples().forEach(row -> assertSameWhereverCut(bytes((String) row.get()[1])));
  }

  private static void assertSameWhereverCut(byte[] bytes) {
    List<String> whole = Transcript.of(bytes);
    int step = 1 + bytes.length / 300;
    for (int cut = 1; cut < bytes.length; cut += step) {
      assertThat(Transcript.of(bytes, cut)).as("cut at %s", cut).isEqualTo(whole);
    }
    if (bytes.length < 1_000) {
      assertThat(Transcript.of(bytes, everywhere(bytes.length)))
          .as("byte by byte")
          .isEqualTo(whole);
    }
  }

  @Test
  void shouldReadRequestsThatFollowEachOtherOneByOne() {
    String pipelined =
        "GET /1 HTTP/1.1\r\n"
            + RequestSamples.HOST
            + "\r\n"
            + RequestSamples.chunked("5\r\nhello\r\n0\r\n\r\n")
            + RequestSamples.post("Content-Length: 2\r\n")
            + "ab\r\nGET /4 HTTP/1.1\r\n"
            + RequestSamples.HOST
            + "\r\n";

    List<String> requests = Transcript.of(pipelined);

    assertThat(requests).hasSize(4);
    assertSameWhereverCut(bytes(pipelined));
  }

  /** A slice of what can be run at length: bytes of good requests changed, left out, doubled, swapped, at random. */
  @Test
  void shouldReadMutatedRequestsTheSameWhereverTheyAreCut() {
    long seed = Long.getLong("ballast.fuzz.seed", 20_260_301L);
    int inputs = Integer.getInteger("ballast.fuzz.inputs", 20_000);
    var random = new Random(seed);
    List<byte[]> corpus = new ArrayList<>();
    samples()
        .map(row -> bytes((String) row.get()[1]))
        .filter(b -> b.length < 500)
        .forEach(corpus::add);
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutated(corpus, random);
      int cut = input.length < 2 ? 1 : 1 + random.nextInt(input.length - 1);
      int later = cut + random.nextInt(Math.max(1, input.length - cut));
      assertThat(Transcript.of(input, Math.min(cut, input.length), Math.min(later, input.length)))
          .as("seed %s, input %s: %s", seed, i, new String(input, StandardCharsets.ISO_8859_1))
          .isEqualTo(Transcript.of(input));
    }
  }

  private static byte[] mutated(List<byte[]> corpus, Random random) {
    byte[] bytes = corpus.get(random.nextInt(corpus.size())).clone();
    for (int change = random.nextInt(4); change >= 0 && bytes.length > 1; change--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> replaced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> replaced(bytes, at, at + 1, new byte[0]);
            case 2 ->
                replaced(
                    bytes,
                    at,
                    at,
                    bytes(oneOf(random, "\r\n", "\n", "\r", " ", ":", "0", "\r\n\r\n", ";", ",")));
            case 3 -> replaced(bytes, at, at, corpus.get(random.nextInt(corpus.size())));
            default ->
                replaced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), new byte[0]);
          };
    }
    return bytes;
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] with) {
    byte[] result = new byte[from + with.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(with, 0, result, from, with.length);
    System.arraycopy(bytes, to, result, from + with.length, bytes.length - to);
    return result;
  }

  private static String oneOf(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  private static int[] everywhere(int length) {
    int[] cuts = new int[length - 1];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = i + 1;
    }
    return cuts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Stream<Arguments> samples() {
    return Stream.concat(RequestSamples.accepted(), RequestSamples.refused());
  }
}
