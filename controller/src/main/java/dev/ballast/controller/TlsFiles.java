package dev.ballast.controller;

import java.nio.file.Path;

/**
 * What the controller proves itself with.
 *
 * @param certificate PEM: its certificate, then those that lead to an authority
 * @param key PEM: the private key in PKCS #8, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
