package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a received byte costs in a body that is cut up, beside what it costs in one that is not. */
class ChunkCostTest {
  @Test
  void shouldReadTinyChunksAndLongExtensionsAtNoGreatCost() {
    double tiny = nanosPerByte("1\r\nx\r\n");
    double extended = nanosPerByte("1;" + "e".repeat(200) + "\r\nx\r\n");
    double plain = nanosPerByte("8000\r\n" + "x".repeat(0x8000) + "\r\n");
    System.out.printf(
        "a byte received costs %.1f ns in chunks of a byte, %.1f ns in extensions, %.1f ns in chunks of 32 KiB%n",
        tiny, extended, plain);
    assertThat(tiny).isLessThan(500);
    assertThat(extended).isLessThan(500);
  }

  private static double nanosPerByte(String chunk) {
    String chunks = chunk.repeat(Math.max(1, 65_536 / chunk.length()));
    byte[] request =
        ("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks
                + "0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    var transcript = Transcript.framed(Limits.defaults());
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 30; round++) {
      long start = System.nanoTime();
      assertThat(transcript.read(request)).hasSize(1);
      best = Math.min(best, (System.nanoTime() - start) / (double) request.length);
    }
    return best;
  }
}
