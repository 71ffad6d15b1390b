package dev.ballast.model;

/** The oldest version of TLS that is spoken. */
public enum TlsVersion {
  TLS_1_2("1.2"),
  TLS_1_3("1.3");

  private final String text;

  TlsVersion(String text) {
    this.text = text;
  }

  /** As documents write it: {@code 1.2}. */
  public String text() {
    return text;
  }
}
