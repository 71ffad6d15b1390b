package dev.ballast.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a line of the access log may say of an exchange, in the order in which its JSON has it. */
public enum AccessLogField {
  TIME("time"),
  CLIENT("client"),
  CLIENT_PORT("clientPort"),
  LISTENER("listener"),
  LOAD_BALANCER("loadBalancer"),
  ROUTE("route"),
  POOL("pool"),
  BACKEND("backend"),
  METHOD("method"),
  HOST("host"),
  PATH("path"),
  QUERY("query"),
  PROTOCOL("protocol"),
  STATUS("status"),
  REASON("reason"),
  BYTES_IN("bytesIn"),
  BYTES_OUT("bytesOut"),
  DURATION("duration"),
  FIRST_BYTE("firstByte"),
  TRIES("tries"),
  REQUEST_ID("requestId"),
  USER_AGENT("userAgent"),
  REFERER("referer"),
  TLS_VERSION("tlsVersion"),
  SNI("sni");

  private final String text;

  AccessLogField(String text) {
    this.text = text;
  }

  /** As templates and JSON write it: {@code clientPort}. */
  public String text() {
    return text;
  }

  static Optional<AccessLogField> of(String text) {
    return Arrays.stream(values()).filter(field -> field.text.equals(text)).findFirst();
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(AccessLogField::text).toList();
  }
}
