package dev.ballast.proxy;

/** A certificate can't be used, so what needs it can't be served. The reason and the remedy are for people. */
final class UnusableCertificate extends Exception {
  private static final long serialVersionUID = 1;

  private final String remedy;

  UnusableCertificate(String reason, String remedy) {
    super(reason, null, false, false);
    this.remedy = remedy;
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  String remedy() {
    return remedy;
  }
}
