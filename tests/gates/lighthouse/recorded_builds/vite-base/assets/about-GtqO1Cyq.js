import{t as e}from"./shared-D-CwahYF.js";document.getElementById(`app`).textContent=e(`about`);
//# sourceMappingURL=about-GtqO1Cyq.js.map