package dev.ballast.model;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Checks the certificates of a whole state: who names which, what is missing, what has expired. Messages go to where the
 * names stand.
 *
 * @param before the state that the keys named by their digest come from
 * @param now absent: nobody looks at the clock, and nothing has expired
 */
record CertificateValidation(
    Current before, Current after, Optional<Instant> now, Messages errors, Messages warnings) {
  private static final Duration NOTICE = Duration.ofDays(14);

  /** Where messages go. */
  interface Messages {
    void add(Resource resource, String path, String message);
  }

  void check() {
    after.all(LoadBalancer.class).forEach(this::checkListeners);
    after.all(Pool.class).forEach(this::checkPool);
    after.all(Certificate.class).forEach(this::checkCertificate);
  }

  private void checkListeners(LoadBalancer loadBalancer) {
    for (int index = 0; index < loadBalancer.listeners().size(); index++) {
      var tls = loadBalancer.listeners().get(index).tls();
      if (tls.isEmpty()) {
        continue;
      }
      String path = "listeners[" + index + "].tls.";
      for (int each = 0; each < tls.get().certificates().size(); each++) {
        String where = path + "certificates[" + each + "]";
        requireKey(loadBalancer, where, tls.get().certificates().get(each));
      }
      tls.get()
          .clientCertificates()
          .ifPresent(
              asked ->
                  require(loadBalancer, path + "clientCertificates.authority", asked.authority()));
    }
  }

  private void checkPool(Pool pool) {
    pool.transport().tls().ifPresent(tls -> checkTls(pool, "tls", tls));
    pool.healthCheck()
        .flatMap(check -> check.connection().tls())
        .ifPresent(tls -> checkTls(pool, "healthCheck.tls", tls));
  }

  private void checkTls(Pool pool, String path, BackendTls tls) {
    tls.authority().ifPresent(name -> require(pool, path + ".authority", name));
    tls.certificate().ifPresent(name -> requireKey(pool, path + ".certificate", name));
  }

  private void requireKey(Resource referrer, String path, String name) {
    require(referrer, path, name)
        .filter(certificate -> certificate.privateKey().isEmpty())
        .ifPresent(
            certificate ->
                errors.add(
                    referrer, path, certificate.key() + " has no key, so it can't be shown"));
  }

  private Optional<Certificate> require(Resource referrer, String path, String name) {
    if (after.find(new ItemKey(Kind.CERTIFICATE, name)) instanceof Certificate certificate) {
      return Optional.of(certificate);
    }
    var known = after.all(Certificate.class).map(Certificate::name).limit(100).toList();
    errors.add(
        referrer, path, "there is no Certificate \"" + name + "\"" + Suggestion.among(name, known));
    return Optional.empty();
  }

  private void checkCertificate(Certificate certificate) {
    if (certificate.equals(before.find(certificate.key()))) {
      return;
    }
    if (certificate.privateKey().isPresent()
        && certificate.privateKey().get() instanceof Secret.Known known) {
      boolean isOfOtherChain =
          before.find(certificate.key()) instanceof Certificate stored
              && stored.privateKey().filter(known::isSameAs).isPresent();
      errors.add(
          certificate,
          "keySha256",
          isOfOtherChain
              ? "the stored key does not belong to this chain: write its key too, under \"key\""
              : "no key with this digest is stored: write the key itself, under \"key\"");
    }
    now.ifPresent(instant -> warnOfDates(certificate, instant));
  }

  private void warnOfDates(Certificate certificate, Instant instant) {
    Instant end = certificate.chain().notAfter();
    Instant begin = certificate.chain().leaf().getNotBefore().toInstant();
    if (!instant.isBefore(end)) {
      warnings.add(certificate, "certificate", "has expired on " + day(end));
    } else if (!instant.isBefore(end.minus(NOTICE))) {
      warnings.add(certificate, "certificate", "expires on " + day(end));
    }
    if (instant.isBefore(begin)) {
      warnings.add(certificate, "certificate", "is not valid before " + day(begin));
    }
  }

  private static String day(Instant instant) {
    return DateTimeFormatter.ISO_LOCAL_DATE.format(instant.atOffset(ZoneOffset.UTC));
  }
}
