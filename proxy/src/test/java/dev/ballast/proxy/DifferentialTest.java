package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is passed on means the same to everybody: real servers read as many requests as were meant, with the same method,
 * target, host and body, and then the one that stands behind. To refuse one is every server's right; to read it otherwise is
 * a hole that somebody will find.
 */
class DifferentialTest {
  private static final long SEED = Long.getLong("ballast.fuzz.seed", 20_260_303L);
  private static final int MUTATED = Integer.getInteger("ballast.differential.inputs", 150);
  private static final int LONGEST = 3_000;
  private static final Reading LAST = new Reading("GET", "/last", "last.test", "");
  private static final String LAST_REQUEST =
      "GET /last HTTP/1.1\r\nHost: last.test\r\nConnection: close\r\n\r\n";

  private static final Pattern TRAILER = Pattern.compile("\r\n0\r\n[^\r]");

  private interface Starter {
    RealServer start(Path directory, TestBackend behind) throws IOException;
  }

  enum Kind {
    HAPROXY(RealServer::haproxy),
    NGINX(RealServer::nginx),
    APACHE(RealServer::apache),
    NODE(RealServer::node),
    WAITRESS(RealServer::waitress),
    JDK(RealServer::jdk);

    @SuppressWarnings("ImmutableEnumChecker") // a method reference
    private final Starter starter;

    Kind(Starter starter) {
      this.starter = starter;
    }
  }

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void shouldBeReadAsItIsMeant(Kind kind) throws IOException {
    int alike = 0;
    int refused = 0;
    var differing = new ArrayList<String>();
    try (var behind = RealServer.behind();
        var server = kind.starter.start(directory, behind)) {
      for (List<String> requests : all()) {
        if (!knows(kind, requests)) {
          continue;
        }
        String difference = difference(server, requests);
        if (difference == null) {
          alike++;
        } else if (difference.isEmpty()) {
          refused++;
          if (Boolean.getBoolean("ballast.differential.verbose")) {
            System.out.println(kind + " refuses " + requests);
          }
        } else {
          differing.add(difference + " in " + requests);
        }
      }
    }
    System.out.printf(
        "%s, seed %d: %d connections read as they were meant, %d refused, %d read otherwise%n",
        kind, SEED, alike, refused, differing.size());
    assertThat(differing).isEmpty();
    assertThat(alike).isGreaterThan(refused);
  }

  /** Null if a server reads all of it as it is meant, empty if it refuses some of it, else what it reads otherwise. */
  private static String difference(RealServer server, List<String> requests) throws IOException {
    List<Reading> meant = new ArrayList<>();
    for (String request : requests) {
      meant.add(Reading.of(request));
    }
    meant.add(LAST);
    List<Reading.Verdict> verdicts =
        Reading.ask(server.port(), pieces(requests), meant.stream().map(Reading::method).toList());
    boolean isRefused = false;
    for (int i = 0; i < Math.max(meant.size(), verdicts.size()); i++) {
      if (i >= meant.size() || (i >= verdicts.size() && !isRefused)) {
        return meant.size() + " requests were read as " + verdicts.size();
      }
      if (i < verdicts.size() && verdicts.get(i).isRefusal()) {
        isRefused = true;
      } else if (i < verdicts.size() && !isAsMeant(meant.get(i), verdicts.get(i))) {
        return meant.get(i) + " was read as " + verdicts.get(i);
      }
    }
    return isRefused ? "" : null;
  }

  /** Whom a request for the whole server is to, may say so by itself and pass nothing on. */
  private static boolean isAsMeant(Reading meant, Reading.Verdict verdict) {
    boolean isForTheServer = meant.target().equals("*") && verdict.status() == 200;
    return meant.equals(verdict.reading()) || (isForTheServer && verdict.reading() == null);
  }

  /** All at once; but behind a request to switch protocols there is nothing before its answer. */
  private static List<String> pieces(List<String> requests) {
    var pieces = new ArrayList<>(requests);
    pieces.add(LAST_REQUEST);
    boolean isSwitch = requests.stream().anyMatch(request -> request.contains("\r\nUpgrade: "));
    return isSwitch ? pieces : List.of(String.join("", pieces));
  }

  /** The JDK's server takes a trailer for a broken body, and says nothing more. */
  private boolean knows(Kind kind, List<String> requests) {
    return kind != Kind.JDK
        || requests.stream().noneMatch(request -> TRAILER.matcher(request).find());
  }

  /** What the codec passes on of each row of the table, and of some that were changed at random. */
  private static List<List<String>> all() {
    var transcript = Transcript.framed(Limits.defaults());
    var mutations =
        new Mutations(Sample.requests().stream().map(Sample::bytes).toList(), new Random(SEED));
    Stream<byte[]> rows = Sample.requests().stream().map(Sample::bytes);
    Stream<List<String>> mutated =
        Stream.generate(mutations::next)
            .map(bytes -> passedOn(transcript, bytes))
            .filter(requests -> !requests.isEmpty())
            .limit(MUTATED);
    return Stream.concat(
            rows.filter(bytes -> bytes.length < LONGEST).map(bytes -> passedOn(transcript, bytes)),
            mutated)
        .filter(requests -> !requests.isEmpty())
        .toList();
  }

  private static List<String> passedOn(Transcript transcript, byte[] bytes) {
    return transcript.read(bytes).stream()
        .filter(text -> !text.startsWith("refused: ") && !text.startsWith("unfinished "))
        .toList();
  }

  @Test
  void shouldNoticeWhatIsReadOtherwise() throws IOException {
    try (var behind = RealServer.behind();
        var server = RealServer.jdk(directory, behind)) {
      assertThat(difference(server, List.of("GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n"))).isNull();
    }
    String other = new Reading("GET", "/b", "a.test", "").encoded();
    try (var deaf =
        TestBackend.running(
            conversation -> {
              conversation.readRequest();
              conversation.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Reading: " + other + "\r\n\r\n");
            })) {
      var server = new RealServer("deaf", deaf.port(), () -> {});
      assertThat(difference(server, List.of("GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n")))
          .contains("was read as");
      assertThat(difference(server, List.of("GET /b HTTP/1.1\r\nHost: a.test\r\n\r\n")))
          .isEqualTo("2 requests were read as 1");
    }
    assertThat(answered("")).as("an end without a word").isEqualTo("2 requests were read as 0");
    assertThat(answered("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
        .contains("was read as");
    String refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    assertThat(answered(refusal)).isEmpty();
    assertThat(answered(refusal.repeat(3))).isEqualTo("2 requests were read as 3");
  }

  /** What is made of a server that answers with these bytes, and ends. */
  private static String answered(String bytes) throws IOException {
    try (var backend =
        TestBackend.running(
            conversation -> {
              conversation.readRequest();
              conversation.write(bytes);
            })) {
      var server = new RealServer("blunt", backend.port(), () -> {});
      return difference(server, List.of("GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n"));
    }
  }
}
