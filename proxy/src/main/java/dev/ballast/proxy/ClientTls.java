package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken to backends. Immutable; equal means that one context serves both.
 *
 * @param isVerified whether the backend's certificate is checked
 * @param authority whom it must come from; null: those that the Java runtime trusts
 * @param serverName asked for and checked; null: the host of the backend's address
 * @param certificate that we show; null: none
 */
record ClientTls(
    boolean isVerified,
    @Nullable TlsMaterial authority,
    @Nullable String serverName,
    @Nullable TlsMaterial certificate) {}
