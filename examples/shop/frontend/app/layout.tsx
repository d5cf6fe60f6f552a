import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Footer } from "../components/Footer";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "The Lock-keeper's Shop", template: "%s · The Lock-keeper's Shop" },
  description: "Ropes, lamps and small comforts for life on the canal.",
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
        <div id="notices" role="status" />
        <Footer />
      </body>
    </html>
  );
}
