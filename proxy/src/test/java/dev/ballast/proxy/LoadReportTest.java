package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Load reports in the encoding of protocol buffers. */
class LoadReportTest {
  private static final int CPU = 1;
  private static final int MEMORY = 2;
  private static final int COST = 4;
  private static final int UTILISATION = 5;
  private static final int NAMED = 8;
  private static final int APPLICATION = 9;

  private static int read(String value) {
    byte[] line =
        ("Endpoint-Load-Metrics-Bin: " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return LoadMetrics.inTrailer(line, 0, line.length);
  }

  private static int read(byte[] message) {
    int padded = read(Base64.getEncoder().encodeToString(message));
    assertThat(read(Base64.getEncoder().withoutPadding().encodeToString(message)))
        .isEqualTo(padded);
    return padded;
  }

  private static byte[] message(byte[]... fields) {
    var out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] number(int field, double value) {
    return ByteBuffer.allocate(9)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) (field << 3 | 1))
        .putDouble(value)
        .array();
  }

  /** An entry of a map from names to numbers. */
  private static byte[] entry(int field, String name, double value) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    byte[] inside = message(bytes(1 << 3 | 2, text.length), text, number(2, value));
    return message(bytes(field << 3 | 2, inside.length), inside);
  }

  static Stream<Arguments> reports() {
    return Stream.of(
        Arguments.of("processor", message(number(CPU, 0.3)), 300),
        Arguments.of(
            "application first", message(number(CPU, 0.3), number(APPLICATION, 0.71)), 710),
        Arguments.of(
            "application first, whatever the order",
            message(number(APPLICATION, 0.71), number(CPU, 0.3)),
            710),
        Arguments.of("above 1", message(number(CPU, 1.25)), 1_250),
        Arguments.of("next to nothing", message(number(CPU, 1e-9)), 1),
        Arguments.of("no more than that", message(number(CPU, 1e300)), 100_000),
        Arguments.of("the last of several", message(number(CPU, 0.1), number(CPU, 0.2)), 200),
        Arguments.of(
            "application 0 is none", message(number(APPLICATION, 0), number(CPU, 0.2)), 200),
        Arguments.of(
            "application NaN", message(number(APPLICATION, Double.NaN), number(CPU, 0.2)), 200),
        Arguments.of("application < 0", message(number(APPLICATION, -1), number(CPU, 0.2)), 200),
        Arguments.of(
            "all there is",
            message(
                number(CPU, 0.25),
                number(MEMORY, 0.9),
                bytes(3 << 3, 0x96, 0x01),
                entry(COST, "bytes", 3_487),
                entry(UTILISATION, "disk", 0.8),
                number(6, 100),
                number(7, 1),
                entry(NAMED, "queue", 17)),
            250),
        Arguments.of(
            "nothing of what is inside",
            message(entry(NAMED, "cpu", 0.9), bytes(8 << 3 | 2, 9), number(CPU, 0.8)),
            LoadMetrics.NOTHING),
        Arguments.of(
            "fields that are not known",
            message(
                bytes(0x82, 0x7d, 1, 'x'),
                bytes(0x85, 0x7d, 1, 2, 3, 4),
                bytes(12 << 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
                number(CPU, 0.5)),
            500),
        Arguments.of(
            "another type than it should have",
            message(bytes(CPU << 3, 5), number(APPLICATION, 0.5)),
            500));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("reports")
  void shouldReadHowBusyABackendIs(String description, byte[] message, int thousandths) {
    assertThat(read(message)).isEqualTo(thousandths);
  }

  static Stream<Arguments> useless() {
    byte[] good = number(APPLICATION, 0.5);
    return Stream.of(
        Arguments.of("empty", message()),
        Arguments.of("NaN", number(CPU, Double.NaN)),
        Arguments.of("negative", number(CPU, -0.3)),
        Arguments.of("infinite", number(CPU, Double.POSITIVE_INFINITY)),
        Arguments.of("0", number(CPU, 0)),
        Arguments.of("memory alone", number(MEMORY, 0.3)),
        Arguments.of("a number that breaks off", message(good, bytes(CPU << 3 | 1, 0, 0, 0))),
        Arguments.of("a text that breaks off", message(good, bytes(8 << 3 | 2, 5, 'a'))),
        Arguments.of("a length that breaks off", message(good, bytes(8 << 3 | 2, 0x80))),
        Arguments.of("no length", message(good, bytes(8 << 3 | 2))),
        Arguments.of(
            "a length of 2 GiB", message(good, bytes(8 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0x07))),
        Arguments.of(
            "a length of nearly 4 GiB",
            message(good, bytes(8 << 3 | 2, 0xf7, 0xff, 0xff, 0xff, 0x0f), new byte[64])),
        Arguments.of(
            "a length below 0",
            message(
                good,
                bytes(8 << 3 | 2, 0xf7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01))),
        Arguments.of(
            "a number of eleven bytes",
            message(
                good,
                bytes(3 << 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01))),
        Arguments.of("field 0", message(good, bytes(0, 0))),
        Arguments.of(
            "a field beyond all", message(good, bytes(0x80, 0x80, 0x80, 0x80, 0x10, 0x00))),
        Arguments.of("a group", message(good, bytes(11 << 3 | 3), good, bytes(11 << 3 | 4))),
        Arguments.of("the end of a group", message(good, bytes(11 << 3 | 4))),
        Arguments.of("type 6", message(good, bytes(11 << 3 | 6))),
        Arguments.of("type 7", message(good, bytes(11 << 3 | 7))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("useless")
  void shouldTakeNothingFromWhatItCannotRead(String description, byte[] message) {
    assertThat(read(message)).isEqualTo(LoadMetrics.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "=",
        "==",
        "CTMzMzMzM9M",
        "CTMzMzMzM9M/P",
        "CTMzMzMzM9M/=",
        "CTMzMzMzM9M/==",
        "CTMzMzMzM9M_",
        "CTMz MzMzM9M/",
        "CTMzMzMzM9M/,CTMzMzMzM9M/",
        "CTMzMzMz====",
        "CTMzMzMzM9M/\u0080",
        "CTMzMzMzM9M/\u0000",
        "CTMzMzMzM9M/\u00ff \u00e4"
      })
  void shouldTakeNothingFromWhatIsNotBase64(String value) {
    assertThat(read(value)).isEqualTo(LoadMetrics.NOTHING);
  }

  /** By protobuf for Python, with every field set in the second. */
  @Test
  void shouldReadReportsThatAnotherImplementationHasWritten() {
    assertThat(read("CTMzMzMzM9M/")).isEqualTo(300);
    assertThat(read(" \t CTMzMzMzM9M/ \t")).isEqualTo(300);
    String whole =
        "CTMzMzMzM9M/EZqZmZmZmek/GJYBIhAKBWJ5dGVzEQAAAAAAPqtAKg8KBGRpc2sRAAAAAAAA4D8xAAAAAADQYkBCEAoFcXVldWURAAAAAAAAMUBJuB6F61G45j8";
    assertThat(read(whole)).isEqualTo(710);
  }

  @Test
  void shouldEndAndStayWithinItsRangeWhateverItIsGiven() {
    var random = new Random(3);
    byte[] good =
        message(entry(NAMED, "a", 1), number(CPU, 0.3), entry(COST, "b", 2), number(9, 0.6));
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = good.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      byte[] cut = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
      String text = Base64.getEncoder().encodeToString(cut);
      assertThat(read(text)).isBetween(0, 100_000);
      char[] mutated = text.toCharArray();
      mutated[random.nextInt(mutated.length)] = (char) random.nextInt(256);
      assertThat(read(new String(mutated))).isBetween(0, 100_000);
    }
  }

  @Test
  void shouldTakeTimeInProportionToALongReport() {
    String report = longReport(48_000);
    String longer = longReport(480_000);
    long nanos = Long.MAX_VALUE;
    long longerNanos = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      nanos = Math.min(nanos, nanosToRead(report));
      longerNanos = Math.min(longerNanos, nanosToRead(longer));
    }
    assertThat((double) longerNanos / nanos)
        .as("of ten times as much, where the square would be a hundred")
        .isLessThan(40);
  }

  private static String longReport(int length) {
    byte[] fields = new byte[length];
    for (int i = 0; i < fields.length; i += 2) {
      fields[i] = 3 << 3;
    }
    return Base64.getEncoder().encodeToString(message(fields, number(CPU, 0.4)));
  }

  private static long nanosToRead(String report) {
    long began = System.nanoTime();
    int said = read(report);
    long nanos = System.nanoTime() - began;
    assertThat(said).isEqualTo(400);
    return nanos;
  }
}
