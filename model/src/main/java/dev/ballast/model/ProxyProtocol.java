package dev.ballast.model;

/** A PROXY protocol header before the first byte to a backend says whom a connection is from. */
public enum ProxyProtocol {
  V1,
  V2
}
