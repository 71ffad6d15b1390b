package dev.ballast.detection;

import com.google.re2j.Pattern;
import dev.ballast.detection.ProbeSpec.BodyRule;
import dev.ballast.detection.ProbeSpec.Opening;
import dev.ballast.detection.ProbeSpec.TlsSpec;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendTls;
import dev.ballast.model.HeaderEdits;
import dev.ballast.model.HealthCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a health check asks at an address, with everything filled in that it leaves open. */
final class HealthCheckSpec {
  private final BackendAddress address;
  private final HealthCheck.Question question;
  private final HealthCheck.Connection connection;
  private final String authorities;

  private HealthCheckSpec(BackendAddress address, HealthCheck check, String authorities) {
    this.address = address;
    this.question = check.question();
    this.connection = check.connection();
    this.authorities = authorities;
  }

  /** @param address where the probes go */
  static ProbeSpec of(BackendAddress address, HealthCheck check, String authorities) {
    var asked = new HealthCheckSpec(address, check, authorities);
    return switch (check.type()) {
      case HTTP -> asked.http(false, null);
      case HTTPS -> asked.http(false, asked.tlsAlways());
      case H2 -> asked.http(true, asked.tlsAlways());
      case H2C -> asked.http(true, null);
      case GRPC -> asked.grpc();
      case TCP -> new ProbeSpec.Tcp(asked.tlsIfAny(), asked.opening());
      case UDP -> asked.udp();
      case COMMAND -> new ProbeSpec.Command(check.question().command());
    };
  }

  private ProbeSpec http(boolean isHttp2, @Nullable TlsSpec tls) {
    return new ProbeSpec.Http(
        isHttp2,
        tls,
        opening(),
        question.method(),
        question.path(),
        host(),
        question.headers().stream()
            .collect(Collectors.toMap(HeaderEdits.Field::name, HeaderEdits.Field::value)),
        statuses(),
        body());
  }

  private ProbeSpec grpc() {
    return new ProbeSpec.Grpc(
        tlsIfAny(), opening(), host(), question.service(), question.isWatched());
  }

  private ProbeSpec udp() {
    return new ProbeSpec.Udp(bytes(question.send()), bytes(question.expect().body().orElse("")));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private Opening opening() {
    return connection
        .proxyProtocol()
        .map(
            version ->
                switch (version) {
                  case V1 -> Opening.PROXY_V1;
                  case V2 -> Opening.PROXY_V2;
                })
        .orElse(Opening.NOTHING);
  }

  private @Nullable TlsSpec tlsIfAny() {
    return connection.tls().map(this::tls).orElse(null);
  }

  private TlsSpec tlsAlways() {
    return connection.tls().map(this::tls).orElseGet(() -> new TlsSpec(true, name(), ""));
  }

  private TlsSpec tls(BackendTls tls) {
    return new TlsSpec(tls.isVerified(), tls.serverName().orElseGet(this::name), authorities);
  }

  /** What is asked for by SNI, and verified, where the health check doesn't say. */
  private String name() {
    return withoutZone(address.host());
  }

  private String host() {
    return question.host().orElseGet(() -> withoutZone(address.toString()));
  }

  /** The zone of an IPv6 address means something on this machine only (RFC 6874, section 4). */
  private static String withoutZone(String address) {
    return address.replaceFirst("%[A-Za-z0-9]+", "");
  }

  private Statuses statuses() {
    return new Statuses(
        question.expect().statuses().stream()
            .map(range -> new Statuses.Range(range.first(), range.last()))
            .toList());
  }

  private @Nullable BodyRule body() {
    return question
        .expect()
        .body()
        .map(BodyRule::containing)
        .or(() -> question.expect().bodyRegex().map(HealthCheckSpec::matching))
        .orElse(null);
  }

  private static BodyRule matching(String regex) {
    return new BodyRule("match of " + regex, Pattern.compile(regex));
  }
}
