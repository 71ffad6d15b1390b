package dev.ballast.proxy;

/** Why a request was not served: what the client is told, and what is counted. */
sealed interface Reason permits Violation, Fault {
  /** The status of the answer, if one can still be given. */
  int status();

  /** Stands in the {@code Ballast-Reason} field and in the metrics' label {@code reason}. */
  String token();

  /** One sentence for people, without a full stop. */
  String sentence();
}
