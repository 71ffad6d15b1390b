package dev.ballast.controller;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests come in: those with the token, and, where they change something, those that no foreign web page can
 * have made (drive-by requests, DNS rebinding). Pure.
 */
final class Gate {
  private static final String BEARER = "bearer ";
  private static final Set<String> CONTENT_TYPES =
      Set.of("application/json", "application/yaml", "application/x-yaml", "text/yaml");

  private final byte[] tokenDigest;
  private final Set<String> hosts;

  /** @param hosts the names and addresses that this controller is reached by, beside those of the loopback interface */
  Gate(String token, Set<String> hosts) {
    this.tokenDigest = sha256(token);
    this.hosts =
        hosts.stream()
            .map(host -> bare(host.toLowerCase(Locale.ROOT)))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Why a request is turned away; also the label of its counter. */
  enum Refusal {
    TOKEN,
    HOST,
    ORIGIN,
    CONTENT_TYPE
  }

  /** A request that is turned away. */
  record Refused(Refusal refusal, HttpProblem problem) {}

  /** What the decision depends on; null where the request has no such header. */
  record Facts(
      String method,
      String localAddress,
      @Nullable String authorization,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String contentType) {
    boolean isMutation() {
      return !method.equals("GET") && !method.equals("HEAD");
    }

    boolean hasBody() {
      return method.equals("POST") || method.equals("PUT");
    }
  }

  Optional<Refused> refusal(Facts facts) {
    if (!isAuthorized(facts.authorization())) {
      return refused(
          Refusal.TOKEN,
          401,
          facts.authorization() == null
              ? "a token is needed: Authorization: Bearer TOKEN"
              : "the token is not the one of this controller");
    }
    if (!facts.isMutation()) {
      return Optional.empty();
    }
    if (!isKnownHost(facts.host(), facts.localAddress())) {
      return refused(
          Refusal.HOST,
          403,
          "this controller does not go by the name \""
              + facts.host()
              + "\": reach it by one that it knows, or tell it this one with --host");
    }
    if (isForeign(facts.origin(), facts.host())) {
      return refused(
          Refusal.ORIGIN, 403, "a page of " + facts.origin() + " may not change anything here");
    }
    if (facts.hasBody() && !isKnownType(facts.contentType())) {
      return refused(
          Refusal.CONTENT_TYPE, 415, "Content-Type must be application/yaml or application/json");
    }
    return Optional.empty();
  }

  private static Optional<Refused> refused(Refusal refusal, int status, String detail) {
    String code = refusal.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return Optional.of(new Refused(refusal, HttpProblem.of(status, code, detail)));
  }

  /** Compares digests, in constant time, so that neither the token's length nor its beginning shows. */
  private boolean isAuthorized(@Nullable String authorization) {
    return authorization != null
        && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
        && MessageDigest.isEqual(
            tokenDigest, sha256(authorization.substring(BEARER.length()).strip()));
  }

  private boolean isKnownHost(@Nullable String host, String localAddress) {
    if (host == null) {
      return false;
    }
    String bare = bare(withoutPort(host.toLowerCase(Locale.ROOT)));
    return hosts.contains(bare) || bare.equals(localAddress) || isLoopback(bare);
  }

  static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  private static boolean isForeign(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return false;
    }
    int authority = origin.indexOf("://");
    return authority < 0 || !origin.substring(authority + 3).equalsIgnoreCase(host);
  }

  private static boolean isKnownType(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return CONTENT_TYPES.contains(type.strip().toLowerCase(Locale.ROOT));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
