package dev.ballast.detection;

/** How one target is watched: how often it is asked, what convicts it, and what it takes to be trusted again. */
public record WatchSettings(Pace pace, Detection detection, Rising rising) {}
