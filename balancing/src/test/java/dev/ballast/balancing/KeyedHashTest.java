package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyedHashTest {
  /** The key 00 01 … 0f of the paper's appendix A, as two little-endian words. */
  private static final KeyedHash PAPER = new KeyedHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

  /** Inputs 00 01 02 …; outputs of the authors' reference implementation (vectors.h, little-endian), 15 is the paper's own. */
  @ParameterizedTest
  @CsvSource({
    "0, 310e0edd47db6f72",
    "1, fd67dc93c539f874",
    "2, 5a4fa9d909806c0d",
    "7, 37d1018bf50002ab",
    "8, 6224939a79f5f593",
    "15, e545be4961ca29a1",
  })
  void shouldHashAsTheReferenceDoes(int length, String expected) {
    byte[] input = new byte[length];
    for (int i = 0; i < length; i++) {
      input[i] = (byte) i;
    }

    long hash = PAPER.of(input);

    assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(hash))).isEqualTo(expected);
  }

  @Test
  void shouldHashAPartLikeACopyOfIt() {
    var random = new Random(1);
    byte[] all = new byte[200];
    random.nextBytes(all);
    for (int i = 0; i < 1_000; i++) {
      int from = random.nextInt(all.length);
      int length = random.nextInt(all.length - from + 1);
      byte[] copy = Arrays.copyOfRange(all, from, from + length);
      assertThat(PAPER.of(all, from, length)).isEqualTo(PAPER.of(copy));
    }
  }

  @Test
  void shouldDifferByPurposeAndSeed() {
    byte[] name = {1, 2, 3};

    assertThat(KeyedHash.of(1, 1).of(name)).isNotEqualTo(KeyedHash.of(1, 2).of(name));
    assertThat(KeyedHash.of(1, 1).of(name)).isNotEqualTo(KeyedHash.of(2, 1).of(name));
  }
}
