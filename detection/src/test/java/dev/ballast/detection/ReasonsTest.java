package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Outcome.Kind;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each way in which a connection fails proves. */
class ReasonsTest {
  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(new ConnectException("Connection refused"), Kind.REFUSED),
        Arguments.of(new PortUnreachableException(), Kind.REFUSED),
        Arguments.of(new SocketException("Connection reset by peer"), Kind.BROKEN),
        Arguments.of(new IOException("Broken pipe"), Kind.BROKEN),
        Arguments.of(new SSLHandshakeException("bad certificate"), Kind.WRONG),
        Arguments.of(new IllegalStateException("nonsense"), Kind.WRONG),
        Arguments.of(new BindException("Cannot assign requested address"), Kind.NOT_ASKED),
        Arguments.of(new SocketException("Too many open files"), Kind.NOT_ASKED));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void shouldTellWhatAFailureProves(Throwable cause, Kind kind) {
    assertThat(Reasons.outcome(cause, "connecting").kind()).isEqualTo(kind);
  }

  static Stream<Throwable> waysOfNotGettingThere() {
    return Stream.of(
        new NoRouteToHostException("No route to host"),
        new ConnectException("Network is unreachable"),
        new SocketException("Host is unreachable"),
        new ConnectException("Connection timed out"));
  }

  /** It may be the observer's own cable that is cut, so that it gets nowhere at all: that is no proof against anybody. */
  @ParameterizedTest
  @MethodSource("waysOfNotGettingThere")
  void shouldTakeItForSilenceThatItDoesNotGetThere(Throwable cause) {
    assertThat(Reasons.outcome(cause, "connecting").kind()).isEqualTo(Kind.SILENT);
  }
}
