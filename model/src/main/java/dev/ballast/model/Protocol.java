package dev.ballast.model;

/** What a listener speaks. */
public enum Protocol {
  /** HTTP/1.1 in clear: requests are routed one by one. */
  HTTP,
  /** A byte stream, passed on whole to one backend. */
  TCP
}
