package dev.ballast.model;

/** What a listener speaks. */
public enum Protocol {
  /** HTTP/1.1 in clear: requests are routed one by one. */
  HTTP,
  /** HTTP/1.1 over TLS, which ends here. */
  HTTPS,
  /** A byte stream, passed on whole to one backend. */
  TCP,
  /** A byte stream over TLS, which ends here. */
  TLS,
  /** TLS passed on unopened to the pool that the client's SNI leads to. */
  TLS_PASSTHROUGH;

  /** Whether requests are routed one by one. */
  public boolean isHttp() {
    return this == HTTP || this == HTTPS;
  }

  /** Whether TLS ends here, so that certificates are needed. */
  public boolean isTlsEnded() {
    return this == HTTPS || this == TLS;
  }

  /** Whether load balancers of a fleet may share a port, told apart by host or SNI. */
  public boolean isShareable() {
    return isHttp() || this == TLS_PASSTHROUGH;
  }
}
