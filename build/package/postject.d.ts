// postject comes without types.
declare module 'postject' {
  /** Puts `resource` into the executable at `path`, which is changed in place. */
  export function inject(
    path: string,
    name: string,
    resource: Buffer,
    options: { sentinelFuse: string; machoSegmentName?: string },
  ): Promise<void>
}
