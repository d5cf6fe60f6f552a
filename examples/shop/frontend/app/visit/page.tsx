import { LockCamera, ShopMap } from "../../components/Visit";
import { story } from "../../lib/content";

export const metadata = { title: "Visit us" };

export default async function Visit() {
  return (
    <>
      <h1>Visit us</h1>
      <p>{await story("visit")}</p>
      <ShopMap />
      <LockCamera />
    </>
  );
}
