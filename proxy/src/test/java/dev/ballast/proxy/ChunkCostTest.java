package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a received byte costs in a body that is cut up, beside what it costs in one that is not, and in a head. */
class ChunkCostTest {
  /** A byte of a chunk's line is looked at as one of a head is, and there is a little more to do at each chunk's end. */
  private static final double TIMES_A_HEAD = 10;

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";

  @Test
  void shouldReadTinyChunksAndLongExtensionsAtNoGreatCost() {
    double head =
        nanosPerByte(
            "GET / HTTP/1.1\r\nHost: a.test\r\n" + "X-Field: 0123456789\r\n".repeat(100) + "\r\n");
    double tiny = nanosPerByte(inChunks("1\r\nx\r\n"));
    double extended = nanosPerByte(inChunks("1;" + "e".repeat(200) + "\r\nx\r\n"));
    double plain = nanosPerByte(inChunks("8000\r\n" + "x".repeat(0x8000) + "\r\n"));
    System.out.printf(
        "a byte received costs %.1f ns in chunks of a byte, %.1f ns in extensions, %.1f ns in chunks of 32 KiB, %.1f ns in a head%n",
        tiny, extended, plain, head);
    assertThat(tiny).isLessThan(TIMES_A_HEAD * head);
    assertThat(extended).isLessThan(TIMES_A_HEAD * head);
  }

  private static String inChunks(String chunk) {
    return CHUNKED + chunk.repeat(Math.max(1, 65_536 / chunk.length())) + "0\r\n\r\n";
  }

  private static double nanosPerByte(String text) {
    byte[] request = text.getBytes(StandardCharsets.US_ASCII);
    var transcript = Transcript.framed(Limits.defaults());
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 60; round++) {
      long start = System.nanoTime();
      assertThat(transcript.read(request)).hasSize(1);
      best = Math.min(best, (System.nanoTime() - start) / (double) request.length);
    }
    return best;
  }
}
