declare module "virtual:world" {
  /** Where the world lies, as it was drawn when the page was built. */
  const address: string;
  export default address;
}
