package dev.ballast.proxy;

/** Where streams go, and where they are entered. Immutable. */
record StreamPlan(PoolPlan pool, Books books) {}
