package dev.ballast.model;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the orchestrator probes the backends of a pool, and what makes a verdict of what comes of it.
 *
 * @param question what a probe asks, and which answer is good
 * @param connection how it gets there
 */
public record HealthCheck(
    Type type, Question question, Connection connection, ProbePace pace, Judgement judgement) {
  /** What a probe does. */
  public enum Type {
    /** A request over HTTP/1.1. */
    HTTP,
    /** A request over HTTP/1.1 and TLS. */
    HTTPS,
    /** A request over HTTP/2 and TLS. */
    H2,
    /** A request over HTTP/2 in clear, with prior knowledge. */
    H2C,
    /** The gRPC health protocol, {@code grpc.health.v1}. */
    GRPC,
    /** A connection, with a TLS handshake where TLS is set. */
    TCP,
    /** A datagram, and one that answers it. */
    UDP,
    /** A program on the orchestrator's machine. */
    COMMAND;

    private static final Set<Type> OF_HTTP = EnumSet.of(HTTP, HTTPS, H2, H2C);

    public boolean isHttp() {
      return OF_HTTP.contains(this);
    }

    /** Whether there is a connection to speak TLS on; {@link #HTTPS} and {@link #H2} always do. */
    public boolean mayHaveTls() {
      return this == HTTPS || this == H2 || this == GRPC || this == TCP;
    }
  }

  public static final String DEFAULT_PATH = "/";
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(500);

  public HealthCheck {
    if (connection.tls().isPresent() && !type.mayHaveTls()) {
      throw new IllegalArgumentException("tls is not for a health check of type " + text(type));
    }
    if (type == Type.UDP && question.send().isEmpty()) {
      throw new IllegalArgumentException(
          "a health check of type udp needs send: what the datagram says");
    }
    if ((type == Type.COMMAND) == question.command().isEmpty()) {
      throw new IllegalArgumentException(
          "command belongs to a health check of type command, and that has one");
    }
  }

  /** One that asks for a path, or for a connection, with everything else as is usual. */
  public HealthCheck(Type type, String path, Duration interval, Duration timeout) {
    this(
        type,
        Question.of(path),
        Connection.PLAIN,
        ProbePace.of(interval, timeout),
        Judgement.DEFAULT);
  }

  public String path() {
    return question.path();
  }

  public Duration interval() {
    return pace.interval();
  }

  public Duration timeout() {
    return pace.timeout();
  }

  private static String text(Type type) {
    return Codec.text(type);
  }

  /**
   * What a probe asks, and which answer is good. Each type uses its part of it.
   *
   * @param host asked for in {@code Host} or {@code :authority}; absent: the backend's address
   * @param headers at most {@value #HEADER_LIMIT}, sorted by name
   * @param send a datagram's text, at most {@value #TEXT_LIMIT} characters; empty for none
   * @param service that a gRPC server is asked for; empty for the server as a whole
   * @param isWatched whether a gRPC server is asked by one {@code Watch} that stays open
   * @param command a program and its arguments, at most {@value #WORD_LIMIT} words; empty for none
   */
  public record Question(
      String method,
      String path,
      Optional<String> host,
      List<HeaderEdits.Field> headers,
      String send,
      String service,
      boolean isWatched,
      List<String> command,
      Expectation expect) {
    public static final String DEFAULT_METHOD = "GET";
    public static final int HEADER_LIMIT = 32;
    public static final int TEXT_LIMIT = 1_024;
    public static final int WORD_LIMIT = 64;

    public Question {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("path \"" + path + "\" does not begin with /");
      }
      Ranges.require("number of headers", headers.size(), 0, HEADER_LIMIT);
      Ranges.require("length of send", send.length(), 0, TEXT_LIMIT);
      Ranges.require("length of service", service.length(), 0, TEXT_LIMIT);
      Ranges.require("number of words of command", command.size(), 0, WORD_LIMIT);
      headers = List.copyOf(headers);
      command = List.copyOf(command);
    }

    /** A request for a path. */
    public static Question of(String path) {
      return new Question(
          DEFAULT_METHOD,
          path,
          Optional.empty(),
          List.of(),
          "",
          "",
          false,
          List.of(),
          Expectation.SUCCESS);
    }
  }

  /**
   * Which answer is good.
   *
   * @param statuses of HTTP, at least one range
   * @param body text that the body holds; a datagram begins with it
   * @param bodyRegex an expression (RE2) that is found in the body's first 64 KiB
   */
  public record Expectation(
      List<StatusRange> statuses, Optional<String> body, Optional<String> bodyRegex) {
    public static final int STATUS_LIMIT = 16;
    public static final Expectation SUCCESS =
        new Expectation(List.of(new StatusRange(200, 299)), Optional.empty(), Optional.empty());

    public Expectation {
      statuses = List.copyOf(statuses);
      Ranges.require("number of statuses", statuses.size(), 1, STATUS_LIMIT);
      body.ifPresent(
          text -> Ranges.require("length of body", text.length(), 1, Question.TEXT_LIMIT));
      bodyRegex.ifPresent(Regexes::require);
      if (body.isPresent() && bodyRegex.isPresent()) {
        throw new IllegalArgumentException("has either body or bodyRegex");
      }
    }
  }

  /**
   * How a probe gets there.
   *
   * @param tls absent: as the type says, with certificates verified
   * @param port absent: the backend's own
   */
  public record Connection(
      Optional<BackendTls> tls, Optional<ProxyProtocol> proxyProtocol, Optional<Integer> port) {
    public static final Connection PLAIN =
        new Connection(Optional.empty(), Optional.empty(), Optional.empty());

    public Connection {
      port.ifPresent(number -> Ranges.require("port", number, 1, 65_535));
    }
  }
}
