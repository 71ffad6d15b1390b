package dev.ballast.configdb;

/**
 * One thing the change feed needs from the server.
 *
 * @param name what it is about, in a few words
 * @param isOk whether it is as it should be
 * @param message what was found
 * @param remedy what to do about it, or empty
 */
public record Finding(String name, boolean isOk, String message, String remedy) {}
