package dev.ballast.detection;

import com.google.re2j.Pattern;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a probe asks, and which answer is good. */
public sealed interface ProbeSpec {
  /**
   * A connection is accepted. The kernel accepts for a process that hangs, so this proves a port, not a program.
   *
   * @param tls whether a TLS handshake belongs to it
   * @param opening what is sent once it is there
   */
  record Tcp(@Nullable TlsSpec tls, Opening opening) implements ProbeSpec {}

  /**
   * An HTTP request.
   *
   * @param isHttp2 over HTTP/2: by ALPN with TLS, else with prior knowledge; otherwise over HTTP/1.1
   * @param host the {@code Host} or {@code :authority}
   * @param headers further fields, by name in lower case
   * @param statuses that are good
   * @param body what the body's first 64 KiB must show, if anything
   */
  record Http(
      boolean isHttp2,
      @Nullable TlsSpec tls,
      Opening opening,
      String method,
      String path,
      String host,
      Map<String, String> headers,
      Statuses statuses,
      @Nullable BodyRule body)
      implements ProbeSpec {
    public Http {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * The gRPC health protocol, {@code grpc.health.v1.Health}: SERVING is good.
   *
   * @param service asked for; empty for the server as a whole
   * @param isWatched by one {@code Watch} call that stays open, with a ping for each probe; otherwise by a {@code Check} each
   */
  record Grpc(
      @Nullable TlsSpec tls, Opening opening, String authority, String service, boolean isWatched)
      implements ProbeSpec {}

  /**
   * A datagram and the datagram that answers it.
   *
   * @param expected what the answer begins with; empty for any answer
   */
  record Udp(ByteBuffer request, ByteBuffer expected) implements ProbeSpec {
    public Udp {
      request = request.asReadOnlyBuffer();
      expected = expected.asReadOnlyBuffer();
    }
  }

  /**
   * A program on the observer's machine, which is given {@code PATH}, {@code BALLAST_ADDRESS} and {@code BALLAST_PORT}, and nothing else of
   * the environment: exit code 0 is good.
   *
   * @param words the program and its arguments; no shell
   */
  record Command(List<String> words) implements ProbeSpec {
    public Command {
      words = List.copyOf(words);
    }
  }

  /** What a connection is begun with: a PROXY protocol header that says that the proxy itself is the client, or nothing. */
  enum Opening {
    NOTHING(""),
    PROXY_V1("PROXY UNKNOWN\r\n"),
    PROXY_V2("\r\n\r\n\0\r\nQUIT\n\040\0\0\0");

    private final String text;

    Opening(String text) {
      this.text = text;
    }

    byte[] bytes() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * How TLS is spoken.
   *
   * @param isVerified whether the certificate must be valid for the name
   * @param name asked for by SNI and verified
   * @param authorities PEM of the trusted authorities; empty for those that the JDK trusts
   */
  record TlsSpec(boolean isVerified, String name, String authorities) {}

  /**
   * What a body must show.
   *
   * @param text as people wrote it, for reasons
   * @param pattern found somewhere in the body
   */
  record BodyRule(String text, Pattern pattern) {
    /** A body that holds a text. */
    public static BodyRule containing(String text) {
      return new BodyRule("\"" + text + "\"", Pattern.compile(Pattern.quote(text)));
    }
  }
}
