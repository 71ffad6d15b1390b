package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The rows of the tables, changed at random, and random bytes: whatever comes, the codec ends, gives back its buffers, reads
 * the same however the bytes are cut, and writes nothing that it would not read as the same message again, nor that a plain
 * reader finds to be other than one message with one framing. CONTRIBUTING.md says how to run it at length.
 */
class FuzzTest {
  private static final long SEED = Long.getLong("ballast.fuzz.seed", 20_260_301L);
  private static final long INPUTS = Long.getLong("ballast.fuzz.inputs", 60_000L);
  private static final int ANSWERS_EVERY = 4;
  private static final int EVERYWHERE_EVERY = 64;
  private static final int LEAKS_EVERY = 1_024;

  /** What is written has more fields than what was read. */
  private static final Limits FOR_OURS = Limits.defaults().with(Limit.FIELD_LINES, 256);

  private final Random random = new Random(SEED);
  private final Transcript framed = Transcript.framed(Limits.defaults());
  private final Transcript unframed = Transcript.unframed();
  private final Transcript again = Transcript.framed(FOR_OURS);
  private final AnswerTranscript framedAnswers = AnswerTranscript.framed(Limits.defaults());
  private final AnswerTranscript unframedAnswers = AnswerTranscript.unframed();
  private final AnswerTranscript answersAgain = AnswerTranscript.framed(FOR_OURS);
  private long accepted;
  private long refused;

  @Test
  void shouldReadWhateverComesInOneWay() throws IOException {
    var requests = new Mutations(bytesOf(Sample.requests()), random);
    var answers = new Mutations(bytesOf(Sample.answers()), random);
    long start = System.nanoTime();
    for (long i = 0; i < INPUTS; i++) {
      boolean isAnswer = i % ANSWERS_EVERY == 0;
      byte[] input = isAnswer ? answers.next() : requests.next();
      try {
        int[] cuts = i % EVERYWHERE_EVERY < ANSWERS_EVERY ? everywhere(input) : someCuts(input);
        if (isAnswer) {
          checkAnswer(random.nextInt(4) == 0 ? Method.HEAD : Method.GET, input, cuts);
        } else {
          checkRequests(input, cuts);
        }
        if (i % LEAKS_EVERY == 0) {
          checkLeaks();
        }
      } catch (AssertionError | RuntimeException | IOException failure) {
        throw new AssertionError(
            "seed %d, input %d: %s".formatted(SEED, i, escaped(input)), failure);
      }
    }
    checkLeaks();
    System.out.printf(
        "fuzzing: %,d inputs with seed %d in %,d s: %,d messages accepted, %,d refused, none read in two ways%n",
        INPUTS, SEED, Duration.ofNanos(System.nanoTime() - start).toSeconds(), accepted, refused);
    assertThat(accepted).isGreaterThan(INPUTS / 10);
    assertThat(refused).isGreaterThan(INPUTS / 10);
  }

  /** Good ones several times: what is almost right goes further than what is altogether wrong. */
  private static List<byte[]> bytesOf(List<Sample> samples) {
    return samples.stream()
        .flatMap(sample -> Collections.nCopies(sample.isAccepted() ? 8 : 1, sample).stream())
        .map(Sample::bytes)
        .toList();
  }

  private void checkRequests(byte[] input, int[] cuts) throws IOException {
    List<String> whole = unframed.read(input);
    if (!unframed.read(input, cuts).equals(whole)) {
      assertThat(unframed.read(input, cuts)).as("cut at %s", cuts).isEqualTo(whole);
    }
    List<String> written = messages(framed.read(input));
    refused += whole.isEmpty() || !whole.getLast().startsWith("refused: ") ? 0 : 1;
    accepted += written.size();
    if (!written.isEmpty()) {
      checkPlain(written);
      byte[] bytes = String.join("", written).getBytes(StandardCharsets.ISO_8859_1);
      assertThat(again.read(bytes).stream().map(Sample::withoutForwarding))
          .as("read again")
          .isEqualTo(written.stream().map(Sample::withoutForwarding).toList());
    }
  }

  private static List<String> messages(List<String> requests) {
    boolean isWhole = requests.isEmpty() || !isEnd(requests.getLast());
    return isWhole ? requests : requests.subList(0, requests.size() - 1);
  }

  private static boolean isEnd(String text) {
    return text.startsWith("refused: ") || text.startsWith("unfinished ");
  }

  /** A reader that knows of nothing but CRLF, one length or chunks takes each for one message, to its last byte. */
  private static void checkPlain(List<String> written) throws IOException {
    for (String message : written) {
      var in = new ByteArrayInputStream(message.getBytes(StandardCharsets.ISO_8859_1));
      Reading.next(in, OutputStream.nullOutputStream());
      if (in.available() > 0 || framings(message) > 1) {
        throw new AssertionError("not one message: " + message);
      }
    }
  }

  private static int framings(String message) {
    int framings = 0;
    String head = message.substring(0, message.indexOf("\r\n\r\n") + 2);
    for (int at = head.indexOf('\n'); at >= 0; at = head.indexOf('\n', at + 1)) {
      framings += head.regionMatches(true, at + 1, "content-length:", 0, 15) ? 1 : 0;
      framings += head.regionMatches(true, at + 1, "transfer-encoding:", 0, 18) ? 1 : 0;
    }
    return framings;
  }

  private void checkAnswer(Method asked, byte[] input, int[] cuts) {
    String whole = unframedAnswers.read(asked, input);
    if (!unframedAnswers.read(asked, input, cuts).equals(whole)) {
      assertThat(unframedAnswers.read(asked, input, cuts)).as("cut at %s", cuts).isEqualTo(whole);
    }
    if (whole.contains("refused: ") || whole.contains("unfinished ")) {
      refused++;
      return;
    }
    accepted++;
    String written = framedAnswers.read(asked, input);
    assertThat(answersAgain.read(asked, written.getBytes(StandardCharsets.ISO_8859_1)))
        .as("read again")
        .isEqualTo(written);
  }

  private void checkLeaks() {
    assertThat(
            framed.leaked()
                + unframed.leaked()
                + again.leaked()
                + framedAnswers.leaked()
                + answersAgain.leaked()
                + unframedAnswers.leaked())
        .as("bytes not given back")
        .isZero();
  }

  private int[] someCuts(byte[] input) {
    int first = random.nextInt(input.length + 1);
    return new int[] {first, first + random.nextInt(input.length - first + 1)};
  }

  private static int[] everywhere(byte[] input) {
    int[] cuts = new int[Math.max(0, input.length - 1)];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = i + 1;
    }
    return cuts;
  }

  private static String escaped(byte[] input) {
    var text = new StringBuilder();
    for (byte b : input) {
      text.append(b >= ' ' && b < 0x7f ? "" + (char) b : "\\x%02x".formatted(b));
    }
    return text.toString();
  }
}
