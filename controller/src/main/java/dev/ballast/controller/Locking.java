package dev.ballast.controller;

import dev.ballast.locks.LockEngine;
import java.util.random.RandomGenerator;

/**
 * Where a controller's locks are kept.
 *
 * @param engine stays the caller's to close, after the controller
 * @param random names the leases that the controller opens for others; must be unpredictable
 */
public record Locking(LockEngine engine, RandomGenerator random) {}
